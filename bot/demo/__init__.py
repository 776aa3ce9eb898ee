"""A desk that has been working for some days, for people who want to look around before they start."""

from bot.demo.installing import DemoLogin, install_demo

__all__ = ["DemoLogin", "install_demo"]
