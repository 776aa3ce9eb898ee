"""qyapi.weixin.qq.com and the WeChat client, as WeCom's customer service meets them."""
