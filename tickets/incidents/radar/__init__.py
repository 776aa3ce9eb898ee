"""Sees from who complains of what that something is broken. Pure: neither database nor clock."""
