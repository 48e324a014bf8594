"""Python's smtplib and imaplib walk the whole road; any surprise is an AssertionError."""
import imaplib
import smtplib
import ssl
import sys
import time
from email.message import EmailMessage
from email.policy import SMTP

SMTP_PORT, IMAP_PORT = int(sys.argv[1]), int(sys.argv[2])
INSECURE = ssl._create_unverified_context()


def letter(number: int) -> bytes:
    message = EmailMessage(policy=SMTP)
    message["From"] = "Ann Jörgensen <ann@ash.test>"
    message["To"] = "eve@elm.test"
    message["Subject"] = f"Letter {number}: Grüße"
    message["Message-ID"] = f"<python-{number}@witness.test>"
    message["Date"] = "Mon, 23 Nov 2026 12:34:56 +0100"
    message.set_content(f"This is letter {number}.\n.\n..dots\nElefant und Maus\n")
    message.add_attachment(bytes(range(256)), maintype="application", subtype="octet-stream", filename="all.bin")
    return message.as_bytes()


sent = [letter(number) for number in range(1, 6)]
with smtplib.SMTP("127.0.0.1", SMTP_PORT) as client:
    client.starttls(context=INSECURE)
    client.login("ann@ash.test", "whatever")
    for octets in sent[:3]:
        assert client.sendmail("ann@ash.test", ["eve@elm.test", "bob@elm.test"], octets) == {}
    assert client.sendmail("ann@ash.test", ["eve@elm.test"], sent[3], mail_options=["BODY=8BITMIME"], rcpt_options=["NOTIFY=NEVER"]) == {}
with smtplib.SMTP("127.0.0.1", SMTP_PORT) as client:
    assert client.sendmail("ann@ash.test", ["eve@elm.test"], sent[4]) == {}

imap = imaplib.IMAP4("127.0.0.1", IMAP_PORT)
imap.starttls(INSECURE)
assert imap.login("eve@elm.test", "anything")[0] == "OK"
assert imap.select("INBOX") == ("OK", [b"5"])
for number, octets in enumerate(sent, 1):
    kind, data = imap.fetch(str(number), "(RFC822 FLAGS)")
    assert kind == "OK" and data[0][1].endswith(octets), number
kind, data = imap.search(None, "SUBJECT", '"Letter 3"')
assert (kind, data) == ("OK", [b"3"]), data
kind, data = imap.search("UTF-8", "SUBJECT", '"Letter 2"', "TEXT", "Elefant")
assert (kind, data) == ("OK", [b"2"]), data
assert imap.store("1:2", "+FLAGS", r"(\Flagged $Important)")[0] == "OK"
assert imap.search(None, "FLAGGED")[1] == [b"1 2"]
assert imap.search(None, "KEYWORD", "$Important")[1] == [b"1 2"]
assert imap.create("Pläne".encode("utf-7").decode().replace("+", "&"))[0] == "OK"
assert imap.create("Work/Deep")[0] == "OK"
assert b"Work/Deep" in b" ".join(imap.list()[1])
assert imap.copy("2", "Work/Deep")[0] == "OK"
assert imap.uid("MOVE", "3", "Work/Deep")[0] == "OK"
assert imap.store("1", "+FLAGS", r"(\Deleted)")[0] == "OK"
# imaplib hands over what MOVE expunged as well.
kind, data = imap.expunge()
assert (kind, data[-1]) == ("OK", b"1"), data
assert imap.append("Work/Deep", r"(\Seen \Draft)", imaplib.Time2Internaldate(time.mktime((2026, 11, 23, 1, 2, 3, 0, 0, 0))), sent[0])[0] == "OK"
assert imap.select("Work/Deep") == ("OK", [b"3"])
kind, data = imap.fetch("3", "(BODY.PEEK[] FLAGS)")
assert data[0][1] == sent[0] and b"\\Draft" in data[1] + data[0][0]
kind, data = imap.fetch("3", "(BODY.PEEK[2.MIME] BODY.PEEK[HEADER.FIELDS (SUBJECT)])")
assert kind == "OK" and len(data) >= 2
assert imap.rename("Work", "Done")[0] == "OK"
assert b"Done/Deep" in b" ".join(imap.list()[1])
assert imap.close()[0] == "OK"
assert imap.delete("Done/Deep")[0] == "OK"
assert imap.status("INBOX", "(MESSAGES UIDNEXT UNSEEN)")[0] == "OK"
assert imap.logout()[0] == "BYE"
print("all as it should be")
