import re

# WeChat writes its own emoji as names in brackets.
_WECHAT_NAMES = (
    "微笑 撇嘴 色 发呆 得意 流泪 害羞 闭嘴 睡 大哭 尴尬 发怒 调皮 呲牙 惊讶 难过 囧 抓狂 吐 偷笑 愉快 "
    "白眼 傲慢 困 惊恐 憨笑 悠闲 咒骂 疑问 嘘 晕 衰 骷髅 敲打 再见 擦汗 抠鼻 鼓掌 坏笑 鄙视 委屈 快哭了 "
    "阴险 亲亲 可怜 笑脸 生病 脸红 破涕为笑 恐惧 失望 无语 嘿哈 捂脸 奸笑 机智 皱眉 耶 吃瓜 加油 汗 "
    "天啊 emm 社会社会 旺柴 好的 打脸 哇 翻白眼 666 让我看看 叹气 苦涩 裂开 嘴唇 爱心 心碎 拥抱 强 弱 "
    "握手 胜利 抱拳 勾引 拳头 ok 合十 啤酒 咖啡 蛋糕 玫瑰 凋谢 菜刀 炸弹 便便 月亮 太阳 庆祝 礼物 红包 "
    "福 烟花 爆竹 猪头 跳跳 发抖 转圈 thumbsup thumbsdown smile"
).split()
_EMOJI = re.compile(
    r"[0-9#*]\ufe0f?\u20e3|[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u203c\u2049\u2139\u2190-\u21ff\u231a-\u23ff"
    r"\u25aa-\u25fe\u3030\u303d\ufe0e\ufe0f\u200d\U000e0020-\U000e007f]|\[(?:" + "|".join(_WECHAT_NAMES) + r")\]"
)
_YES = re.compile(r"[👍👌✅🙆✔☑🆗]|\[(?:强|ok|好的|耶|胜利|thumbsup)\]")
_NO = re.compile(r"[👎❌🙅✖🚫]|\[(?:弱|thumbsdown)\]")
#: Not the plain smile: between strangers in China it is the opposite of friendly.
_GRATEFUL = re.compile(r"[🙏🌹💐❤🤝👏]|\[(?:合十|抱拳|玫瑰|爱心|握手|鼓掌)\]")
_SAYS_SOMETHING = re.compile(r"\w")


def strip_emoji(folded: str) -> str:
    """Put a space where an emoji was, WeChat's bracketed names included."""
    return _EMOJI.sub(" ", folded)


def is_emoji_only(folded: str) -> bool:
    without = strip_emoji(folded)
    return without != folded and not _SAYS_SOMETHING.search(without)


def is_grateful(text: str) -> bool:
    """Folded hands, a flower, a heart, and not a word beside them."""
    return is_emoji_only(text) and bool(_GRATEFUL.search(text))


def emoji_answer(folded: str) -> bool | None:
    """Read a thumb or a tick as an answer; None when there is none, or both kinds."""
    yes, no = bool(_YES.search(folded)), bool(_NO.search(folded))
    return None if yes == no else yes
