"""Telegram bots: webhook or long polling in, Bot API out."""
