"""Every table of the product, for migrations and tests: importing this module knows them all."""

import channels.accounts.models
import channels.email.models
import channels.models
import channels.phone.models
import channels.sms.models
import channels.telegram.models
import channels.webchat.models
import channels.wechat.models
import channels.wechat.outbound_models
import channels.wecom.models
import kit.access.models
import kit.audit
import kit.outbox.models
import knowledge.figures.models
import knowledge.gaps.models
import knowledge.improving.models
import knowledge.labelled.models
import knowledge.llm.models
import knowledge.models
import knowledge.playbooks.models
import knowledge.quality.models
import knowledge.tuning.models
import knowledge.versions.models
import tickets.bulk.models
import tickets.calls.models
import tickets.contacts.models
import tickets.conversations.models
import tickets.desk.models
import tickets.entry.models
import tickets.followups.models
import tickets.incidents.models
import tickets.linking.models
import tickets.macros.models
import tickets.merging.models
import tickets.models
import tickets.notices.models
import tickets.reports.models
import tickets.routing.models
import tickets.search.models
import tickets.sending.models
import tickets.sla.models
import tickets.surveys.models
import tickets.tracking.models
import tickets.views.models
import tickets.watching.models
from kit.db import metadata

__all__ = ["metadata"]
