"""Diagnosis by questions: what a playbook is, how it is read, checked, stored and walked."""
