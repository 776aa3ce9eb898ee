"""微信客服 of 企业微信 (WeCom KF): customers in WeChat, answered by API and by servicers in the 企业微信 app."""
