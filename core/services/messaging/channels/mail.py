"""E-mail through the office's own server (smtplib). A refusal of the address stays, a busy server is asked again."""

from __future__ import annotations

import re
import smtplib
import ssl
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid
from urllib.parse import parse_qs, unquote, urlsplit

from core.services.messaging.channels.answer import TIMEOUT_S, Message, Refused

SHAPE = "ACTIONS_SMTP_URL 应为 smtp://账号:密码@主机:端口?from=发件地址&tls=starttls 的样子（或 smtps://，不含汉字）"

# email's own parser fails in too many ways on what is none (HeaderParseError, IndexError, AttributeError)
ADDRESS = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(\.[\w!#$%&'*+/=?^`{|}~-]+)*@[\w-]+(\.[\w-]+)*", re.ASCII)


@dataclass(frozen=True)
class Mail:
    """``tls``: starttls, ssl or none."""

    host: str
    port: int
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)
    tls: str = "none"
    timeout: float = TIMEOUT_S
    key = "mail"
    label = "电子邮件"
    group = False

    @classmethod
    def read(cls, url: str) -> Mail:
        """``smtp://user:password@host:587?from=a@b.cn&tls=starttls`` or ``smtps://...``. Raises ``ValueError``."""
        try:
            parts = urlsplit(url)
            asked = {k: v[0] for k, v in parse_qs(parts.query).items()}
            secure = parts.scheme == "smtps"
            tls = "ssl" if secure else asked.get("tls", "none")
            user, password = unquote(parts.username or ""), unquote(parts.password or "")
            known = parts.scheme in ("smtp", "smtps") and parts.hostname and parts.port != 0
            # a word for tls nobody knows would mean none; smtplib quotes a password it can't encode
            if not known or tls not in ("none", "starttls", "ssl") or not (user + password).isascii():
                raise ValueError
            return cls(
                host=str(parts.hostname),
                port=parts.port or (465 if tls == "ssl" else 587 if tls == "starttls" else 25),
                sender=_address(asked.get("from", "")).addr_spec,
                user=user,
                password=password,
                tls=tls,
            )
        except ValueError:
            raise ValueError(SHAPE) from None

    def send(self, message: Message, now: datetime) -> str:
        """The Message-ID it went out under. Raises ``Refused``."""
        letter, reached = self._letter(message, now), False
        try:
            # not smtplib's own "with": a bad answer to QUIT would make a letter that was taken look refused
            with closing(self._server()) as server:
                if self.tls == "starttls":
                    server.starttls(context=ssl.create_default_context())
                if self.user:
                    server.login(self.user, self.password)
                reached = True
                server.send_message(letter)
                with suppress(OSError, smtplib.SMTPException):
                    server.quit()
        except smtplib.SMTPRecipientsRefused as error:
            code, _text = next(iter(error.recipients.values()))
            raise Refused(f"邮件服务器不收这个地址（{code}）", permanent=code >= 500) from None
        except smtplib.SMTPResponseException as error:
            raise Refused(f"邮件服务器拒绝（{error.smtp_code}）", permanent=error.smtp_code >= 500) from None
        except smtplib.SMTPNotSupportedError:
            raise Refused("邮件服务器不支持所要的加密或登录方式", permanent=True) from None
        except (OSError, smtplib.SMTPException) as error:
            what = "与邮件服务器的连接中断，不知是否收到" if reached else "连接不上邮件服务器"
            raise Refused(f"{what}：{type(error).__name__}") from None
        return str(letter["Message-ID"])

    def _letter(self, message: Message, now: datetime) -> EmailMessage:
        if not message.to:
            raise Refused("账号没有登记电子邮件地址", permanent=True)
        letter = EmailMessage(SMTP)
        try:
            letter["To"] = _address(message.to)
        except ValueError:
            raise Refused("登记的电子邮件地址不对", permanent=True) from None
        letter["From"], letter["Subject"] = _address(self.sender), " ".join(message.title.split())
        letter["Date"] = format_datetime(now)
        letter["Message-ID"] = make_msgid(domain=_address(self.sender).domain)
        letter["Auto-Submitted"] = "auto-generated"  # so that nobody's absence answers
        link = f"\n\n{message.address}" if message.address else ""
        letter.set_content(f"{message.text}{link}\n", cte="base64")  # old relays spoil bytes of Chinese as they are
        return letter

    def _server(self) -> smtplib.SMTP:
        if self.tls == "ssl":
            return smtplib.SMTP_SSL(self.host, self.port, timeout=self.timeout, context=ssl.create_default_context())
        return smtplib.SMTP(self.host, self.port, timeout=self.timeout)


def _address(text: str) -> Address:
    """A plain address, name@host. Raises ``ValueError``."""
    if not ADDRESS.fullmatch(text):
        raise ValueError
    return Address(addr_spec=text)
