"""E-mail: mailboxes read over IMAP or handed over by SMTP, and mails sent by SMTP."""
