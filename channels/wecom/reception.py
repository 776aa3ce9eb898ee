"""Who receives a customer: read from the platform, and changed there by legal moves alone."""

from dataclasses import dataclass
from typing import Any

from channels.accounts.book import Account
from channels.context import ChannelContext
from channels.errors import DeliveryDelayedError
from channels.wecom.api import KfApi
from channels.wecom.errors import NO_SERVICER, WRONG_MOVE, KfError, MoveRefusedError
from channels.wecom.sessions import ALLOWED, CODE_OF_STATE, SessionState, known_state, note_code, note_state
from kit.log import log


@dataclass(frozen=True)
class Reception:
    """The sessions of all accounts. Refusals of the platform come out as KfError, illegal moves are never asked."""

    context: ChannelContext
    api: KfApi

    async def state(self, account: Account, customer: str) -> SessionState:
        """The session's state, from the platform where our mirror does not know it."""
        async with self.context.ground.db.reading() as session:
            known = await known_state(session, self.context.ground.clock.now(), account=account.name, customer=customer)
        return known if known is not None else await self.read(account, customer)

    async def read(self, account: Account, customer: str) -> SessionState:
        """The session's state as the platform has it now; our mirror is put right."""
        answer = await self.api.post(account, "kf/service_state/get", _whose(account, customer))
        try:
            state = SessionState(answer["service_state"])
        except (KeyError, ValueError) as odd:
            raise DeliveryDelayedError("state_unread", f"unknown state: {answer!r}"[:200]) from odd
        await self._note(account, customer, state, str(answer.get("servicer_userid", "")))
        return state

    async def hand_over(self, account: Account, customer: str, *, servicer: str | None = None) -> SessionState:
        """Give the customer to a servicer, or to the pool for the first who is free; returns the state it is in then.

        A servicer who does not receive customers, or has not activated 企业微信, is as good as none.
        """
        if servicer is not None:
            try:
                return await self._move(account, customer, SessionState.HUMAN, servicer)
            except KfError as refused:
                if refused.code != NO_SERVICER:
                    raise
                log.warning("servicer not available", account=account.name, servicer=servicer)
        state = await self.state(account, customer)
        if state in {SessionState.POOL, SessionState.HUMAN}:
            return state
        return await self._move(account, customer, SessionState.POOL)

    async def hand_back(self, account: Account, customer: str) -> SessionState:
        """Let the bot speak again: at once where the platform allows it, else from the customer's next message on.

        Raises MoveRefusedError while the customer waits in the pool: the interface knows no way out of it but to
        a servicer.
        """
        state = await self.state(account, customer)
        if state is SessionState.NEW:
            return await self._move(account, customer, SessionState.BOT)
        if state is SessionState.HUMAN:
            return await self._move(account, customer, SessionState.ENDED)
        if state is SessionState.POOL:
            raise MoveRefusedError(state=int(state), target=int(SessionState.BOT))
        return state

    async def end(self, account: Account, customer: str) -> SessionState:
        """End the session; raises MoveRefusedError where nobody of the staff has it."""
        return await self._move(account, customer, SessionState.ENDED)

    async def _move(self, account: Account, customer: str, target: SessionState, servicer: str = "") -> SessionState:
        state = await self.state(account, customer)
        if target not in ALLOWED[state]:
            # The mirror may be behind; the platform decides.
            state = await self.read(account, customer)
        if target not in ALLOWED[state]:
            raise MoveRefusedError(state=int(state), target=int(target))
        body = {**_whose(account, customer), "service_state": int(target)}
        try:
            answer = await self.api.post(
                account, "kf/service_state/trans", {**body, "servicer_userid": servicer} if servicer else body
            )
        except KfError as refused:
            if refused.code == WRONG_MOVE:
                await self.read(account, customer)
            raise
        await self._note(account, customer, target, servicer, str(answer.get("msg_code", "")))
        return target

    async def _note(self, account: Account, customer: str, state: SessionState, servicer: str, code: str = "") -> None:
        now = self.context.ground.clock.now()
        whose: dict[str, Any] = {"account": account.name, "customer": customer}
        async with self.context.ground.db.transaction() as session:
            await note_state(session, now, **whose, state=state, servicer=servicer)
            if code and state in CODE_OF_STATE:
                await note_code(session, **whose, code=code, purpose=CODE_OF_STATE[state], given_at=now)


def _whose(account: Account, customer: str) -> dict[str, str]:
    return {"open_kfid": account.name, "external_userid": customer}
