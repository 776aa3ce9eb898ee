"""Mails that machines write about our mails: bounces, delays, complaints, receipts and auto-replies. Pure."""
