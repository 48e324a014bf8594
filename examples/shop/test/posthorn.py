"""A post office for Python's tests: starts `posthorn test --json` and speaks its control API.

Needs nothing but Python's own library. POSTHORN is the command, `posthorn` by default.
"""
import json
import os
import shlex
import subprocess
import urllib.error
import urllib.request


class PostOffice:
    def __enter__(self):
        command = shlex.split(os.environ.get("POSTHORN", "posthorn")) + ["test", "--json"]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
        self.ready = json.loads(self._process.stdout.readline())
        self.env = self.ready["env"]
        self._api = self.ready["http"]["url"] + "/rest/v1/test"
        return self

    def __exit__(self, *_):
        self._process.terminate()
        self._process.wait()
        self._process.stdout.close()

    def ask(self, method, path, body=None):
        request = urllib.request.Request(self._api + path, method=method)
        if body is not None:
            request.add_header("content-type", "application/json")
            request.data = json.dumps(body).encode()
        try:
            with urllib.request.urlopen(request) as answer:
                text = answer.read()
        except urllib.error.HTTPError as error:
            with error:
                raise AssertionError(json.loads(error.read())["detail"]) from None
        return json.loads(text) if text else None

    def inbox(self, **which):
        return Inbox(self, self.ask("POST", "/inboxes", which))

    def fault(self, on, **what):
        return self.ask("POST", "/faults", {"on": on, **what})["id"]

    def advance(self, by):
        return self.ask("POST", "/clock/advance", {"by": by})["now"]

    def domain(self, name, **options):
        return self.ask("PUT", f"/world/domains/{name}", options)["hosts"]


class Inbox:
    def __init__(self, office, about):
        self._office, self.id, self.address = office, about["id"], about["address"]

    def wait_for(self, timeout="5s", **criteria):
        answer = self._office.ask("POST", f"/inboxes/{self.id}/wait", {"criteria": criteria, "timeout": timeout})
        return Letter(self._office, answer["letters"][0])

    def expect_none(self, quiet="1s", **matching):
        self._office.ask("POST", f"/inboxes/{self.id}/expect-none", {"quiet": quiet, "matching": matching})


class Letter(dict):
    def __init__(self, office, fields):
        super().__init__(fields)
        self._office = office

    def code(self):
        return self._get("code")["code"]

    def link(self, matches=""):
        return self._get(f"link?matches={urllib.request.quote(matches)}")["url"]

    def reply(self, text):
        return self._post("reply", {"text": text})

    def bounce(self, status="5.1.1"):
        return self._post("bounce", {"status": status})

    def unsubscribe(self):
        return self._office.ask("POST", f"/letters/{self['key']}/unsubscribe")

    def findings(self, **options):
        return self._post("deliverability", options)["findings"]

    def _get(self, what):
        return self._office.ask("GET", f"/letters/{self['key']}/{what}")

    def _post(self, what, body):
        return self._office.ask("POST", f"/letters/{self['key']}/{what}", body)
