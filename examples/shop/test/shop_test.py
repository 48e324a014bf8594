"""The shop, tested from Python: `python3 -m unittest shop_test` in this folder.

POSTHORN and NODE name the commands, `posthorn` and `node` by default.
"""
import json
import os
import pathlib
import shlex
import subprocess
import unittest
import urllib.error
import urllib.request

from posthorn import PostOffice

MAIN = pathlib.Path(__file__).parent.parent / "src" / "main.ts"


def post(url, body=None):
    request = urllib.request.Request(url, method="POST", data=json.dumps(body or {}).encode(), headers={"content-type": "application/json"})
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


class ShopTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.mail = PostOffice()
        cls.mail.__enter__()
        cls.addClassCleanup(cls.mail.__exit__)
        node = shlex.split(os.environ.get("NODE", "node"))
        shop = subprocess.Popen([*node, str(MAIN)], env={**os.environ, **cls.mail.env}, stdout=subprocess.PIPE)
        cls.addClassCleanup(lambda: (shop.terminate(), shop.wait(), shop.stdout.close()))
        cls.url = json.loads(shop.stdout.readline())["url"]

    def test_sign_up(self):
        ann = self.mail.inbox()
        post(f"{self.url}/sign-up", {"email": ann.address})
        letter = ann.wait_for(subject="/confirm/i")
        self.assertEqual(post(f"{self.url}/confirm", {"email": ann.address, "code": letter.code()})[0], 200)
        self.assertEqual(letter.findings(), [])

    def test_password_reset(self):
        ann = self.mail.inbox()
        post(f"{self.url}/forgot", {"email": ann.address})
        link = ann.wait_for().link("/reset/")
        self.assertEqual(post(link)[0], 200)
        self.assertEqual(post(link)[0], 410)

    def test_newsletter(self):
        gone, ann, bob = self.mail.inbox(), self.mail.inbox(), self.mail.inbox()
        for inbox in (gone, ann, bob):
            post(f"{self.url}/newsletter/subscribe", {"email": inbox.address})
        post(f"{self.url}/newsletter/send", {"subject": "Autumn", "text": "Leaves."})
        gone.wait_for(subject="Autumn").bounce("5.1.1")
        ann.wait_for(subject="Autumn").reply("Lovely.")
        bob.wait_for(subject="Autumn").unsubscribe()
        _, read = post(f"{self.url}/newsletter/read-mailbox")
        self.assertEqual(read["bounced"], [gone.address])
        self.assertEqual(read["answers"][0]["text"], "Lovely.")
        with urllib.request.urlopen(f"{self.url}/newsletter/subscribers") as answer:
            self.assertEqual(json.loads(answer.read()), [ann.address])

    def test_a_letter_that_does_not_come_is_explained(self):
        ann = self.mail.inbox()
        post(f"{self.url}/forgot", {"email": ann.address})
        with self.assertRaisesRegex(AssertionError, "Choose a new password"):
            ann.wait_for(subject="Welcome", timeout="50ms")

    def test_a_host_that_refuses(self):
        ann = self.mail.inbox()
        self.mail.fault({"rcpt": ann.address}, times=1, reply="452 4.2.2 mailbox full")
        self.assertEqual(post(f"{self.url}/sign-up", {"email": ann.address})[0], 500)


if __name__ == "__main__":
    unittest.main()
