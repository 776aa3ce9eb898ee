"""Put decisions into words: templates of the catalogue in the person's language, never more than is known."""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.dialogue.decisions import Abstain, Answer, AskFact, Explain, Greet, OfferPlaybook, RunPlaybook, Say
from bot.dialogue.entities import Entity, explain
from bot.dialogue.presses import Action, press_id
from kit.i18n import Locale, translate
from knowledge.articles import ArticleView
from knowledge.playbooks.plans import Attempt, Branch, Choice, Input, Option, Put


@dataclass(frozen=True)
class Reply:
    """A quick reply to offer."""

    id: str
    label: str


@dataclass(frozen=True)
class Reference:
    """A page to point to; the address is a path of our own site."""

    label: str
    path: str


@dataclass(frozen=True)
class Speech:
    """One thing to say."""

    text: str
    replies: tuple[Reply, ...] = ()
    references: tuple[Reference, ...] = ()


def merged(parts: Iterable[Speech]) -> Speech:
    """One message of all: fewer bubbles to read, and on some platforms each costs of a small quota.

    The last part that offers quick replies is the one being asked.
    """
    said = [part for part in parts if part.text]
    replies = next((part.replies for part in reversed(said) if part.replies), ())
    references = tuple(dict.fromkeys(reference for part in said for reference in part.references))
    return Speech("\n\n".join(part.text for part in said), replies, references)


_ACTIONS = {action.value: action for action in Action}


def replies(locale: Locale, *names: str) -> tuple[Reply, ...]:
    """Quick replies without values, labelled from the catalogue."""
    return tuple(Reply(press_id(_ACTIONS[name]), translate(f"button.{name}", locale)) for name in names)


def greet(_: Greet, locale: Locale, organisation: str) -> Speech:
    text = translate("say.greet", locale, organisation=organisation)
    return Speech(text, replies(locale, "status", "person"))


def answer(decision: Answer, article: ArticleView, locale: Locale) -> Speech:
    """Title, summary, numbered steps, a link; then whether it helped."""
    lines = [translate("say.next_best", locale)] if decision.again else []
    lines += [f"【{article.title}】" if locale == "zh" else article.title, article.summary, ""]
    lines += [f"{number}. {step}" for number, step in enumerate(article.steps, 1)]
    if decision.ask:
        lines += ["", translate("say.solved?", locale)]
    link = Reference(translate("say.read_more", locale, title=article.title), f"/help/{article.slug}?lang={locale}")
    offered = replies(locale, "yes", "no", "person") if decision.ask else ()
    if decision.walk and decision.ask:
        steps = Reply(press_id(Action.WALK, decision.walk), translate("button.walk", locale))
        offered = (*offered[:2], steps, *offered[2:])
    return Speech("\n".join(lines), offered, (link,))


def clarify(articles: list[ArticleView], locale: Locale) -> Speech:
    """The titles to choose from; numbered for platforms without buttons."""
    lines = [translate("say.clarify", locale)]
    lines += [f"{number}. {article.title}" for number, article in enumerate(articles, 1)]
    choices = tuple(Reply(press_id(Action.ARTICLE, article.slug), article.title) for article in articles)
    return Speech("\n".join(lines), choices + replies(locale, "none"))


def abstain(decision: Abstain, locale: Locale) -> Speech:
    text = translate("say.not_solved_yet" if decision.tried else "say.abstain", locale)
    return Speech(text, replies(locale, "ticket", "person"))


def ask_fact(decision: AskFact, locale: Locale) -> Speech:
    lines = [translate("say.collecting", locale)] if decision.first else []
    if decision.doubt is not None:
        lines += [_explained(decision.doubt, locale), translate("ask.again", locale)]
    else:
        lines.append(translate(f"ask.{decision.name}", locale))
    offered = ("skip",) if decision.first else ("skip", "back")
    return Speech("\n".join(lines), replies(locale, *offered))


def explained(decision: Explain, locale: Locale) -> Speech:
    return Speech(_explained(decision.entity, locale))


def _explained(entity: Entity, locale: Locale) -> str:
    def say(key: str, /, **values: object) -> str:
        return translate(key, locale, **values)

    return explain(entity, say) or ""


def offer_walk(decision: OfferPlaybook, locale: Locale) -> Speech:
    yes = Reply(press_id(Action.WALK, decision.plan.key), translate("button.walk_yes", locale))
    no = Reply(press_id(Action.NO), translate("button.walk_no", locale))
    return Speech(translate("say.walk_offer", locale), (yes, no, *replies(locale, "person")))


def walk(decision: RunPlaybook, article: ArticleView | None, locale: Locale) -> Speech:
    """One step of a playbook; answers are numbered for platforms without buttons."""
    node, here = decision.step.node, decision.step.walk.node
    lead = translate(f"say.walk_{decision.lead}", locale) if decision.lead else ""
    words = node.words.get(locale, "") if not isinstance(node, Branch | Put) else ""
    lines = [line for line in (lead, words) if line]
    if decision.step.end is not None:
        return Speech("\n".join(lines))
    answers = _answers(decision, locale)
    link: tuple[Reference, ...] = ()
    if article is not None:
        lines += [f"{number}. {step}" for number, step in enumerate(article.steps, 1)]
        read = translate("say.read_more", locale, title=article.title)
        link = (Reference(read, f"/help/{article.slug}?lang={locale}"),)
    if isinstance(node, Attempt):
        lines += ["", translate("say.walk_works?", locale)]
    elif isinstance(node, Choice):
        lines += [f"{number}. {label}" for number, (_, label) in enumerate(answers, 1)]
    offered = [Reply(press_id(Action.STEP, here, key), label) for key, label in answers]
    also = (*(("back",) if decision.step.walk.trail else ()), *(("person",) if decision.lead == "missed_again" else ()))
    return Speech("\n".join(lines), (*offered, *replies(locale, *also)), link)


def _answers(decision: RunPlaybook, locale: Locale) -> list[tuple[str, str]]:
    """What may be pressed, by key."""
    match decision.step.node:
        case Choice() as node:
            return [(option.key, option.label[locale]) for option in node.options]
        case Input(skip=Option() as skip):
            return [("skip", skip.label[locale])]
        case Attempt():
            return [
                ("solved", translate("button.walk_solved", locale)),
                ("else", translate("button.walk_else", locale)),
            ]
    return []


def fixed_text(decision: Say, locale: Locale) -> Speech:
    return Speech(translate(f"say.{decision.name}", locale), replies(locale, *decision.buttons))
