"""The whole memory of a simulated provider: customers, what they sent, what the networks told, telephones."""

import itertools
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

import httpx

from channels.simulator.calls import Call, CallLog, Violation
from channels.simulator.faults import Faults
from channels.simulator.line import Line
from channels.simulator.people import Arrived
from channels.simulator.sms import rules
from channels.simulator.sms.account import Maker, SmsCustomer
from channels.simulator.sms.callbacks import Callbacks
from channels.simulator.sms.phone import Telephone
from channels.simulator.sms.refusals import RefusedError
from kit.clock import Clock


@dataclass(kw_only=True)
class Carried:
    """One message under way: accepted, not reported on yet."""

    customer: SmsCustomer
    telephone: Telephone
    name: str
    text: str
    given: str
    arrived: bool
    code: str
    words: str
    sent_at: datetime
    tries: int = 0


@dataclass
class SmsPlatform:
    """``http`` is how reports and answers reach the product; ``reports_at_once`` sends them before the answer."""

    clock: Clock
    http: httpx.AsyncClient
    faults: Faults = field(default_factory=Faults)
    log: CallLog = field(default_factory=CallLog)
    customers: dict[str, SmsCustomer] = field(default_factory=dict)
    telephones: dict[str, Telephone] = field(default_factory=dict)
    waiting: list[Carried] = field(default_factory=list)
    reported: list[Carried] = field(default_factory=list)
    nonces: set[str] = field(default_factory=set)
    reports_at_once: bool = False
    #: Messages a day: of one signature, template and number at Aliyun, of one number at Tencent.
    most_a_day: dict[Maker, int] = field(
        default_factory=lambda: {Maker.ALIYUN: rules.ALIYUN_A_DAY, Maker.TENCENT: rules.TENCENT_A_DAY}
    )
    counted: Counter[tuple[str, ...]] = field(default_factory=Counter)
    last_texts: dict[tuple[str, str], tuple[str, datetime]] = field(default_factory=dict)
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(100_000_001))

    def __post_init__(self) -> None:
        self.line = Line(self.http, rules.PUSH_PATIENCE_S)
        self.callbacks = Callbacks(self.clock, self.line, self.faults)

    @property
    def calls(self) -> list[Call]:
        """Every call of the product, newest last."""
        return self.log.calls

    @property
    def violations(self) -> list[Violation]:
        """What the rules forbid and the product did all the same."""
        return self.log.violations

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def release(self) -> None:
        """Answer every stalled call now."""
        self.faults.release()

    def add_customer(self, customer: SmsCustomer) -> SmsCustomer:
        """Register a customer of the provider's."""
        self.customers[customer.key_id] = customer
        return customer

    async def person(self, key: str, name: str = "") -> Telephone:
        """The telephone of that number; the same for the same number. ``key`` is as networks write it."""
        if key not in self.telephones:
            self.telephones[key] = Telephone(platform=self, number=key, name=name)
        return self.telephones[key]

    def telephone(self, number: str) -> Telephone:
        """As :meth:`person`."""
        return self.telephones.setdefault(number, Telephone(platform=self, number=number))

    def next_number(self) -> int:
        """For names of all kinds."""
        return next(self._numbers)

    def take(
        self, customer: SmsCustomer, telephone: Telephone, *, sign: str, text: str, name: str, given: str, via: str
    ) -> Carried:
        """Accept one message: charge it, carry it, and keep what will be reported."""
        if customer.money < rules.pieces(text):
            raise RefusedError(_NO_MONEY[customer.maker], "账户余额不足", foreseen=False)
        customer.money -= rules.pieces(text)
        arrived = not telephone.trouble
        if arrived:
            telephone.inbox.append(Arrived(kind="text", text=text, via=via, at=self.now, raw={"given": given}))
            telephone.last_from = (customer, sign)
        carried = Carried(
            customer=customer,
            telephone=telephone,
            name=name,
            text=text,
            given=given,
            arrived=arrived,
            code="DELIVERED" if arrived else telephone.trouble,
            words="用户接收成功" if arrived else telephone.trouble_words,
            sent_at=self.now,
        )
        self.waiting.append(carried)
        return carried

    async def report(self) -> int:
        """Tell every customer what became of their messages; what is not taken is told again next time."""
        for customer in list(self.customers.values()):
            due = [one for one in self.waiting if one.customer is customer]
            if not due:
                continue
            taken = await self.callbacks.report(customer, due)
            for one in due:
                one.tries += 1
                if taken or one.tries >= rules.PUSH_TRIES:
                    self.waiting.remove(one)
                    self.reported.append(one)
        return len(self.waiting)

    async def answered(self, telephone: Telephone, text: str) -> bool:
        """The owner of a telephone answers; tried again as the provider does."""
        if telephone.last_from is None:
            raise LookupError(f"nobody has written to {telephone.number}")
        customer, sign = telephone.last_from
        sequence, at = self.next_number(), self.now
        for _ in range(rules.PUSH_TRIES):
            if await self.callbacks.answer(customer, telephone.number, sign, text, sequence=sequence, at=at):
                return True
        return False

    async def settle(self) -> None:
        """Wait until nothing is under way."""
        await self.line.settle()


_NO_MONEY = {
    Maker.ALIYUN: "isv.AMOUNT_NOT_ENOUGH",
    Maker.TENCENT: "FailedOperation.InsufficientBalanceInSmsPackage",
}
