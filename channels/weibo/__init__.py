"""Private messages of Weibo (粉丝服务平台), behind a setting: nothing newer than its documents of 2014 was found."""
