#!/usr/bin/env python3
"""Query a Go program with sightglass: client.py HOST:PORT|unix:/PATH EXPRESSION..."""

import getpass
import itertools
import json
import socket
import sys


class Error(Exception):
    def __init__(self, code, message, action=None):
        super().__init__(message)
        self.code, self.action = code, action


class Client:
    """A session. answer(question, secret) answers what the server asks at the login."""

    def __init__(self, address, timeout=30, answer=None):
        if address.startswith("unix:"):
            self.sock = socket.socket(socket.AF_UNIX)
            self.sock.settimeout(timeout)
            self.sock.connect(address[len("unix:"):])
        else:
            host, _, port = address.rpartition(":")
            self.sock = socket.create_connection((host.strip("[]"), int(port)), timeout)
        self.lines = self.sock.makefile("rb")
        self.ids = itertools.count(1)
        self.sock.sendall(b"json on\n")
        self.server = self.read(answer)["hello"]

    def read(self, answer=None, progress=None):
        for line in self.lines:
            if not line.startswith(b'{"v":'):  # the banner is for people
                continue
            said = json.loads(line)
            if said.get("event") == "ask":
                if not answer or said["ask"].get("denied"):
                    raise Error("denied", "the server asks: " + said["ask"]["text"])
                self.sock.sendall(answer(said["ask"]["text"], said["ask"]["secret"]).encode() + b"\n")
            elif said.get("event") == "progress" and progress:
                progress(said["progress"])
            elif "ok" in said:
                if not said["ok"]:
                    raise Error(said["error"]["code"], said["error"]["message"], said.get("action"))
                return said
        raise ConnectionError("the server closed the connection")

    def ask(self, progress=None, **request):
        """Send a request and return its answer; progress(dict) is told how far it has come."""
        request["id"] = next(self.ids)
        if progress:
            request["progress"] = True
        self.sock.sendall(json.dumps(request).encode() + b"\n")
        try:
            return self.read(progress=progress)
        except KeyboardInterrupt:  # Ctrl-C gives up the request, and not the session
            self.sock.sendall(b'{"cancel":%d}\n' % request["id"])
            return self.read()

    def eval(self, expression, **limits):
        return self.ask(eval=expression, limits=limits)["value"]

    def look(self, expression, **limits):
        """Evaluate what nobody typed, such as a sample of a plot: _ and the variables stay as they are."""
        return self.ask(eval=expression, mode="sample", limits=limits)["value"]

    def act(self, expression, agree, **limits):
        """Evaluate what may change the program: agree(call) says whether that call may run."""
        request = {"eval": expression, "ask": True, "limits": limits}
        while True:
            try:
                return self.ask(**request)["value"]
            except Error as error:
                if error.code != "confirm" or not agree(error.action["call"]):
                    raise
                request = {"confirm": error.action["token"]}


if __name__ == "__main__":
    client = Client(sys.argv[1], answer=lambda text, secret: (getpass.getpass if secret else input)(text))
    for expression in sys.argv[2:]:
        try:
            print(json.dumps(client.eval(expression), ensure_ascii=False))
        except Error as error:
            sys.exit(f"{error.code}: {error}")
