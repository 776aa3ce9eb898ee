"""What the platforms of Tencent have in common: how pushes are signed and encrypted."""
