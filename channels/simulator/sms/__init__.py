"""A provider of short messages, as Aliyun and as Tencent Cloud, with the networks and telephones behind it."""
