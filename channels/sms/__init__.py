"""Short messages by Aliyun and Tencent Cloud: approved templates out, replies and status reports in."""
