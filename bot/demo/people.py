"""The colleagues of the demo; names and logins are made up."""

from bot.demo.script import Colleague
from kit.access.identity import Role

ADMIN = "admin"

COLLEAGUES: tuple[Colleague, ...] = (
    Colleague(login=ADMIN, name="周岚", role=Role.ADMIN),
    Colleague(login="liqing", name="李清", role=Role.SUPERVISOR, teams=("issuing", "beijing")),
    Colleague(login="zhaoyun", name="赵芸", role=Role.AGENT, teams=("beijing", "issuing")),
    Colleague(login="sunhao", name="孙浩", role=Role.AGENT, teams=("records", "operations")),
    Colleague(login="wangmin", name="王敏", role=Role.AGENT, teams=("issuing",)),
)
