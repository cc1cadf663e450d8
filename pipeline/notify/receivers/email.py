"""Send messages by e-mail."""

from __future__ import annotations

import smtplib
import ssl
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import Field, SecretStr, field_validator

from pipeline.model import Notification
from pipeline.notify.notifier import Accepted, Ambiguous, Answer, Notifier, Permanent, Transient
from pipeline.notify.render import line
from pipeline.settings import Duration

_ADDRESS = r"^[^@\s<>,]+@[^@\s<>,]+$"


class EmailReceiver(Notifier):
    """把预警发到一个邮箱。几个人要收，就写几个接收方：每个人是否送达才各有记录。"""

    name: ClassVar[str] = "email"

    host: str = Field(description="邮件服务器")
    port: int = Field(default=465, ge=1, le=65535, description="端口：tls 一般 465，starttls 一般 587")
    tls: Literal["tls", "starttls", "none"] = Field(default="tls", description="加密方式")
    ca_file: Path | None = Field(default=None, description="自建证书机构的证书文件")
    user: str = Field(default="", description="登录名；留空则不登录")
    password: SecretStr = Field(default=SecretStr(""), description="密码或授权码")
    sender: str = Field(pattern=_ADDRESS, description="发件地址")
    to: str = Field(pattern=_ADDRESS, description="收件地址，一个")
    timeout: Annotated[Duration, Field(gt=timedelta(0), le=timedelta(seconds=10), description="每一步最多等多久")] = (
        timedelta(seconds=10)
    )

    @field_validator("sender", "to", "user", "password")
    @classmethod
    def _is_ascii(cls, words: str | SecretStr) -> str | SecretStr:
        plain = words.get_secret_value() if isinstance(words, SecretStr) else words
        if not plain.isascii():  # SMTP as most servers speak it knows no other letters
            raise ValueError("只能用英文字符 / must be ASCII")
        return words

    def send(self, notification: Notification) -> Answer:
        message = self._message(notification)
        try:
            smtp = self._connect()
        except ssl.SSLCertVerificationError as error:
            return Permanent(
                f"{self.host} 的证书不可信：{error.verify_message}", "请检查 host，或用 ca_file 指定证书机构"
            )
        except (smtplib.SMTPException, OSError) as error:
            return self._judge(error)
        try:
            return self._hand_over(smtp, message)
        finally:
            smtp.close()

    def settle(self, home: Path) -> EmailReceiver:
        return self.model_copy(update={"ca_file": home / self.ca_file}) if self.ca_file else self

    def _connect(self) -> smtplib.SMTP:
        """Return a connection that is ready for a message: encrypted and logged in as set."""
        seconds, context = self.timeout.total_seconds(), ssl.create_default_context(cafile=self.ca_file)
        if self.tls == "tls":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=seconds, context=context)
        else:
            smtp = smtplib.SMTP(self.host, self.port, timeout=seconds)
        try:
            if self.tls == "starttls":
                smtp.starttls(context=context)
            if self.user:
                smtp.login(self.user, self.password.get_secret_value())
        except (smtplib.SMTPException, OSError):
            smtp.close()
            raise
        return smtp

    def _hand_over(self, smtp: smtplib.SMTP, message: EmailMessage) -> Answer:
        try:
            smtp.ehlo_or_helo_if_needed()
            for code, words in (smtp.mail(self.sender), smtp.rcpt(self.to)):
                if code not in (250, 251):
                    return _refusal(code, words, self.host)
        except (smtplib.SMTPException, OSError) as error:
            return self._judge(error)
        try:
            code, words = smtp.data(message.as_bytes(policy=SMTP))
        except smtplib.SMTPDataError as error:  # refused before the text left
            return _refusal(error.smtp_code, error.smtp_error, self.host)
        except (smtplib.SMTPException, OSError) as error:
            return Ambiguous(f"{self.host} 收到正文后没有答复：{type(error).__name__}")
        return Accepted(f"SMTP {code}") if code == 250 else _refusal(code, words, self.host)

    def _judge(self, error: Exception) -> Answer:
        if isinstance(error, smtplib.SMTPResponseException):
            return _refusal(error.smtp_code, error.smtp_error, self.host)
        if isinstance(error, smtplib.SMTPNotSupportedError):
            return Permanent(f"{self.host} 不支持所设的加密或登录方式", "请修改 tls、port 或 user")
        return Transient(f"连不上 {self.host}：{type(error).__name__}")

    def _message(self, notification: Notification) -> EmailMessage:
        message = EmailMessage()
        message["Subject"] = line(notification.title, 200)
        message["From"] = self.sender
        message["To"] = self.to
        message["Date"] = format_datetime(notification.at)
        # The same for a second copy, so that a mailbox can show the two as one.
        message["Message-ID"] = f"<{notification.id}@yuqing.invalid>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(notification.text)
        return message


def _refusal(code: int, words: bytes | str, host: str) -> Answer:
    """Judge an SMTP code: 4xx may pass, 5xx will not."""
    said = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    text = f"{host} 答复 SMTP {code} {line(said, 120)}"
    if 500 <= code < 600:
        remedy = "请检查登录名和授权码" if code in (530, 534, 535) else "请检查收件、发件地址和对方的拒收规则"
        return Permanent(text, remedy)
    return Transient(text)
