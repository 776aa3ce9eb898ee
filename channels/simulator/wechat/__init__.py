"""api.weixin.qq.com and the WeChat client, as an Official Account meets them."""
