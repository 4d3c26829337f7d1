#!/usr/bin/env python3
"""Query a Go program with sightglass: client.py HOST:PORT|unix:/PATH EXPRESSION..."""

import itertools
import json
import socket
import sys


class Error(Exception):
    def __init__(self, code, message, action=None):
        super().__init__(message)
        self.code, self.action = code, action


class Client:
    def __init__(self, address, timeout=30):
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
        for line in self.lines:  # the banner is for people
            if line.startswith(b'{"v":'):
                self.server = json.loads(line)["value"]
                return
        raise ConnectionError("the server closed the connection")

    def ask(self, **request):
        request["id"] = next(self.ids)
        self.sock.sendall(json.dumps(request).encode() + b"\n")
        line = self.lines.readline()
        if not line:
            raise ConnectionError("the server closed the connection")
        answer = json.loads(line)
        if not answer["ok"]:
            raise Error(answer["error"]["code"], answer["error"]["message"], answer.get("action"))
        return answer

    def eval(self, expression, **limits):
        return self.ask(eval=expression, limits=limits)["value"]

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
    client = Client(sys.argv[1])
    for expression in sys.argv[2:]:
        try:
            print(json.dumps(client.eval(expression), ensure_ascii=False))
        except Error as error:
            sys.exit(f"{error.code}: {error}")
