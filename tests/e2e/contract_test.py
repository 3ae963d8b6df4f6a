#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Real answers of the real server against server/openapi.yaml: contract_test.py SERVER SOURCE_FOLDER

Every operation is called; every answer must be of a status and an error code that are documented, and its body
must match the schema, as must the bodies of calls that are accepted. What the router serves and what is
documented must be the same paths and methods.
"""
import base64
import contextlib
import http.client
import json
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import unittest
from urllib.parse import quote, urlsplit

SERVER, SOURCE = sys.argv.pop(1), sys.argv.pop(1)


# --- the part of YAML that openapi.yaml is written in: blocks of maps and lists, flow values on one line -------------
class Flow:
    """A value that begins in a line: {..}, [..], "..", or a plain scalar."""

    def __init__(self, text):
        self.text, self.at = text, 0

    def space(self):
        while self.at < len(self.text) and self.text[self.at] == " ":
            self.at += 1

    def take(self, sign):
        self.space()
        if not self.text.startswith(sign, self.at):
            raise ValueError(f"'{sign}' expected at {self.text[self.at:]!r}")
        self.at += len(sign)

    def value(self, inside):
        self.space()
        sign = self.text[self.at:self.at + 1]
        if sign == "{":
            return self.collect("{", "}", {})
        if sign == "[":
            return self.collect("[", "]", [])
        if sign == '"':
            text, end = json.JSONDecoder().raw_decode(self.text[self.at:])
            self.at += end
            return text
        end = re.compile(r"[,\]}]" if inside else r"$").search(self.text, self.at)
        text, self.at = self.text[self.at:end.start()].strip(), end.start()
        return scalar(text)

    def collect(self, opening, closing, result):
        self.take(opening)
        self.space()
        while not self.text.startswith(closing, self.at):
            if result:
                self.take(",")
            if isinstance(result, dict):
                self.space()
                key = re.compile(r'("[^"]*"|[^\s":,{}\[\]][^":,{}\[\]]*):(?= )').match(self.text, self.at)
                if key is None:
                    raise ValueError(f"a key expected at {self.text[self.at:]!r}")
                self.at = key.end()
                result[key.group(1).strip('"')] = self.value(True)
            else:
                result.append(self.value(True))
            self.space()
        self.take(closing)
        return result


def scalar(text):
    if text in ("null", "~"):
        return None
    if text in ("true", "false"):
        return text == "true"
    for kind in (int, float):
        if re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text):
            try:
                return kind(text)
            except ValueError:
                pass
    return text


def flow(text):
    reader = Flow(text)
    value = reader.value(False)
    if text[reader.at:].strip():
        raise ValueError(f"more than a value: {text!r}")
    return value


def read_yaml(text):
    lines = [(len(line) - len(line.lstrip()), line.strip()) for line in text.split("\n")
             if line.strip() and not line.lstrip().startswith("#")]
    value, end = read_block(lines, 0, 0)
    if end != len(lines):
        raise ValueError(f"cannot read {lines[end]}")
    return value


def read_block(lines, at, indent):
    result = [] if lines[at][1].startswith("- ") else {}
    while at < len(lines) and lines[at][0] == indent:
        text = lines[at][1]
        if isinstance(result, list):
            rest = text[2:].strip()
            if rest.startswith(("{", "[", '"')) or not re.match(r"\S+:( |$)", rest):
                result.append(flow(rest))
                at += 1
            else:
                lines[at] = (indent + 2, rest)
                value, at = read_block(lines, at, indent + 2)
                result.append(value)
            continue
        key = re.match(r'("[^"]*"|[^\s"{\[][^"]*?):(?: (.*))?$', text)
        if key is None:
            raise ValueError(f"no key: {text!r}")
        name = key.group(1).strip('"')
        if name in result:
            raise ValueError(f"twice: {name}")
        at += 1
        if key.group(2) is not None:
            result[name] = flow(key.group(2).strip())
        else:
            result[name], at = read_block(lines, at, lines[at][0])
    return result, at


# --- the part of JSON Schema that is used; anything else is an error, so that nothing goes unchecked -----------------
TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}
IGNORED = {"description", "example", "default"}


def is_type(value, name):
    if name == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    if name == "number":
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return isinstance(value, TYPES[name])


class Schemas:
    def __init__(self, document):
        self.document = document

    def resolve(self, node):
        while "$ref" in node:
            more = {key: value for key, value in node.items() if key != "$ref"}
            target = self.document
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            node = {**target, **more}
        return node

    def check(self, value, schema, where="body"):
        """The first thing that is wrong, or None."""
        schema = self.resolve(schema)
        for keyword, rule in schema.items():
            if keyword in IGNORED:
                continue
            problem = getattr(self, "check_" + keyword)(value, rule, schema, where)
            if problem:
                return problem
        return None

    def check_type(self, value, rule, _, where):
        names = rule if isinstance(rule, list) else [rule]
        return None if any(is_type(value, name) for name in names) else f"{where}: {value!r} is no {names}"

    def check_enum(self, value, rule, _, where):
        return None if value in rule else f"{where}: {value!r} is none of {rule}"

    def check_required(self, value, rule, _, where):
        missing = [name for name in rule if isinstance(value, dict) and name not in value]
        return f"{where}: {missing} are missing" if missing else None

    def check_properties(self, value, rule, _, where):
        for name, schema in rule.items():
            if isinstance(value, dict) and name in value:
                problem = self.check(value[name], schema, f"{where}.{name}")
                if problem:
                    return problem
        return None

    def check_additionalProperties(self, value, rule, schema, where):
        more = set(value or ()) - set(schema["properties"]) if isinstance(value, dict) and rule is False else ()
        return f"{where}: {sorted(more)} are not documented" if more else None

    def check_items(self, value, rule, _, where):
        for index, entry in enumerate(value if isinstance(value, list) else ()):
            problem = self.check(entry, rule, f"{where}[{index}]")
            if problem:
                return problem
        return None

    def check_minItems(self, value, rule, _, where):
        return f"{where}: too few" if isinstance(value, list) and len(value) < rule else None

    def check_maxItems(self, value, rule, _, where):
        return f"{where}: too many" if isinstance(value, list) and len(value) > rule else None

    def check_minLength(self, value, rule, _, where):
        return f"{where}: too short" if isinstance(value, str) and len(value) < rule else None

    def check_maxLength(self, value, rule, _, where):
        return f"{where}: too long" if isinstance(value, str) and len(value) > rule else None

    def check_minimum(self, value, rule, _, where):
        return f"{where}: {value} < {rule}" if is_type(value, "number") and value < rule else None

    def check_maximum(self, value, rule, _, where):
        return f"{where}: {value} > {rule}" if is_type(value, "number") and value > rule else None

    def check_pattern(self, value, rule, _, where):
        is_wrong = isinstance(value, str) and not re.search(rule, value)
        return f"{where}: {value!r} is not {rule}" if is_wrong else None


# --- the server and a client ----------------------------------------------------------------------------------------
KID = "00112233445566778899aabbccddeeff"
PIN = "90817263"
TITLES = {
    "m_1": {"genre": "Drama", "maturity_rating": "PG", "cast": ["Zoë Ö"], "description": "d",
            "chapters": [{"start_seconds": 0, "end_seconds": 50.5, "name": "One"}],
            "intro": {"start_seconds": 1, "end_seconds": 2}, "credits": {"start_seconds": 90, "end_seconds": 100},
            "thumbnails": "t.vtt"},
    "m_2": {"genre": "Comedy", "countries": ["DE"]},
    "m_3": {"genre": "Horror", "drm": {"keys": [{"kid": KID}], "entitled": ["alice"]}},
    "m_4": {"genre": "Drama"},
    "m_5": {"genre": "Horror", "drm": {"keys": [{"kid": KID, "height": 2160}]}},
    "m_6": {"genre": "Horror", "drm": {"keys": [{"kid": KID}]}},  # its keys are lost
}
# Documented codes that no call here is answered with; others tests show them.
NOT_SEEN = {
    "bad_request", "request_timeout",  # of what is no request: http_server_test
    "pin_locked",  # slow hashes, many times: accounts_test, service_test
    "signature_expired",  # takes a signature's life: server_e2e_test, router_test
    "not_protected",  # a signature that no start gives: license_service_test
    "storage_unavailable", "overloaded",  # a full disk: service_test; full queues: server_e2e_test, http_server_test
    "manifest_unreadable",  # manifest_personaliser_test, router_test
}


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


class Contract(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with open(os.path.join(SOURCE, "server/openapi.yaml"), encoding="utf-8") as file:
            cls.text = file.read()
        cls.document = read_yaml(cls.text)
        cls.schemas = Schemas(cls.document)
        cls.folder = tempfile.TemporaryDirectory(prefix="playhead-contract-")
        for movie, more in TITLES.items():
            facts = {"id": movie, "name": f"Name {movie}", "year": 2024, "duration_seconds": 100,
                     "manifests": {"hls": "a.m3u8"}, **more}
            write(f"{cls.folder.name}/media/{movie}/title.json", json.dumps(facts))
        write(f"{cls.folder.name}/media/m_1/a.m3u8", "#EXTM3U\n")
        for movie in ("m_3", "m_5"):
            write(f"{cls.folder.name}/media/{movie}/keys.json", json.dumps({"keys": [{"kid": KID, "key": KID}]}))
            os.chmod(f"{cls.folder.name}/media/{movie}/keys.json", 0o600)
        write(f"{cls.folder.name}/cdn.json", '{"locations":[{"id":"eu","origin":"https://eu.example"}]}')
        environment = {**os.environ, "PLAYHEAD_RATE_BURST": "150", "PLAYHEAD_COUNTRY_HEADER": "X-Country"}
        cls.log = open(f"{cls.folder.name}/log", "w+", encoding="utf-8")
        cls.process, cls.address = cls.start(
            environment, "serve", "--data", f"{cls.folder.name}/data", "--media", f"{cls.folder.name}/media",
            "--cdn-file", f"{cls.folder.name}/cdn.json", "--dev-accounts", "--rate-limit", "1", "--log-json",
            "--log-requests")
        # Nothing is where it would fetch from.
        cls.edge, cls.edge_address = cls.start(
            environment, "edge", "--origin", "http://127.0.0.1:1", "--cache", f"{cls.folder.name}/cache",
            "--secret-file", f"{cls.folder.name}/data/secrets", "--log-requests")
        cls.connection = http.client.HTTPConnection(cls.address, timeout=60)
        cls.operations = {operation["operationId"]: (path, method, operation)
                          for path, methods in cls.document["paths"].items()
                          for method, operation in methods.items()}
        cls.seen = set()
        cls.seen_codes = set()
        cls.secrets = {PIN}  # all that lets somebody in
        cls.token = None

    @classmethod
    def start(cls, environment, *words):
        process = subprocess.Popen([SERVER, *words], stdout=subprocess.PIPE, stderr=cls.log, text=True, env=environment)
        return process, process.stdout.readline().strip().removeprefix("listening on http://")

    @classmethod
    def tearDownClass(cls):
        cls.connection.close()
        for process in (cls.process, cls.edge):
            process.terminate()
            process.communicate(timeout=60)
        cls.log.close()
        cls.folder.cleanup()

    def call(self, name, status, code=None, path=None, query="", body=None, headers=None, method=None):
        """Calls an operation; the answer must be the expected one and a documented one. `method`: not its own."""
        template, own_method, operation = self.operations[name]
        method = method or own_method
        target = template
        for key, value in (path or {}).items():
            target = target.replace("{" + key + "}", value)
        sent = {"Content-Type": "application/json", **(headers or {})}
        if self.token and operation.get("security") != []:
            sent["Authorization"] = "Bearer " + self.token
        text = body if isinstance(body, str) else json.dumps(body) if body is not None else None
        if status < 300 and "requestBody" in operation:
            schema = operation["requestBody"]["content"]["application/json"]["schema"]
            self.assertIsNone(self.schemas.check(body, schema), name)
        self.connection.request(method.upper(), target + ("?" + query if query else ""), text, sent)
        answer = self.connection.getresponse()
        self.got, data = answer.headers, answer.read()
        what = f"{name} {target}?{query} {text}: {answer.status} {data[:300]!r}"
        self.assertEqual(answer.status, status, what)
        is_any = str(status) not in operation["responses"]
        documented = self.schemas.resolve(operation["responses"]["default" if is_any else str(status)])
        self.assertTrue(code or not is_any, what)
        self.seen.add((name, status))
        content = documented.get("content", {}).get("application/json")
        if content is None:
            if "content" not in documented:
                self.assertEqual(data, b"", what)
            return data
        self.assertEqual(answer.getheader("Content-Type"), "application/json", what)
        value = json.loads(data)
        self.assertIsNone(self.schemas.check(value, content["schema"]), what)
        self.secrets.update(re.findall(r'(?:sig=|_token":")([^"&]+)', json.dumps(value, separators=(",", ":"))))
        if code:
            self.seen_codes.add((status, code))
            self.assertEqual(value["error"]["code"], code, what)
            self.assertIn((status, code), self.documented_codes(operation), what)
            self.assertEqual(answer.getheader("Retry-After") is not None, status in (429, 503), what)
        return value

    def documented_codes(self, operation):
        for status, answer in operation["responses"].items():
            told = self.schemas.resolve(answer)["description"].split(".")[0].split(", ")
            if status == "default":
                yield from ((int(one.split()[0]), one.split()[1]) for one in told)
            elif int(status) >= 400:
                yield from ((int(status), code) for code in told)

    def all_documented_codes(self):
        return {code for _, _, operation in self.operations.values() for code in self.documented_codes(operation)}

    def log_in(self, user):
        tokens = self.call("devLogin", 200, body={"user": user})
        self.__class__.token = tokens["access_token"]
        return tokens

    def test_reader_agrees_with_yaml(self):
        try:
            import yaml
        except ImportError:
            self.skipTest("PyYAML is not installed")
        self.assertEqual(self.document, yaml.safe_load(self.text))

    def test_examples_match_their_schemas(self):
        for name, (_, _, operation) in self.operations.items():
            if "requestBody" in operation:
                content = operation["requestBody"]["content"]["application/json"]
                self.assertIsNone(self.schemas.check(content["example"], content["schema"]), name)

    def test_validator_can_fail(self):
        item = {"$ref": "#/components/schemas/Item"}
        good = {"movie_id": "m", "name": "n", "genre": "g", "year": 1, "duration_seconds": 1.5, "maturity_rating": None}
        self.assertIsNone(self.schemas.check(good, item))
        for change in ({"year": "1"}, {"year": True}, {"year": -1}, {"movie_id": ""}, {"more": 1},
                       {"maturity_rating": "X"}, {"duration_seconds": None}):
            self.assertIsNotNone(self.schemas.check({**good, **change}, item), change)
        self.assertIsNotNone(self.schemas.check({}, item))
        self.assertIsNotNone(self.schemas.check([], item))

    def test_router_serves_what_is_documented(self):
        with open(os.path.join(SOURCE, "server/src/router.cpp"), encoding="utf-8") as file:
            rows = re.findall(r'Route\{\s*"(/[^"]*)",\s*"([^"]*)"', file.read())
        served = {path: set(allow.split(", ")) - {"HEAD"} for path, allow in rows}
        documented = {re.sub(r"\{.*", "", path): {method.upper() for method in methods}
                      for path, methods in self.document["paths"].items()}
        self.assertEqual(served, documented)

    def test_what_the_server_may_say_is_documented(self):
        said = set()
        for folder, _, files in os.walk(os.path.join(SOURCE, "server/src")):
            for name in files:
                if re.match("packager|mp4_|ts_|sample_aes|media_cipher|title_keys", name):
                    continue  # of commands, not of calls
                with open(os.path.join(folder, name), encoding="utf-8") as file:
                    said |= {(int(status), code) for status, code in
                             re.findall(r'Error\{\s*(4\d\d|50[1-9]),\s*"([a-z_]+)"', file.read())}
        self.assertGreater(len(said), 40)
        self.assertEqual(said - self.all_documented_codes(), set())

    def test_which_codes_no_call_was_answered_with(self):  # the last one by its name
        missing = {code for status, code in self.all_documented_codes() - self.seen_codes}
        self.assertEqual(missing, NOT_SEEN)

    def test_every_operation(self):
        self.__class__.token = None
        self.call("home", 401, "token_missing")
        self.call("home", 401, "token_invalid", headers={"Authorization": "Bearer x.y.z"})
        self.call("home", 401, "token_expired", headers={"Authorization": "Bearer " + self.own_token("--ttl", "-10")})
        self.call("refreshToken", 401, "refresh_expired",
                  body={"refresh_token": self.own_token("--refresh", "--ttl", "-10")})
        self.call("health", 200)
        self.call("devLogin", 400, "bad_json", body="{")
        tokens = self.log_in("alice")
        second = self.call("refreshToken", 200, body={"refresh_token": tokens["refresh_token"]})
        self.call("refreshToken", 401, "refresh_reused", body={"refresh_token": tokens["refresh_token"]})
        self.call("refreshToken", 401, "refresh_invalid", body={"refresh_token": second["refresh_token"]})
        self.call("refreshToken", 400, "bad_field", body={"refresh_token": 5})
        self.browse()
        self.profiles()
        self.play()
        self.protect()
        self.ask_too_often()
        self.assertIn(b"playhead_requests_total", self.call("metrics", 200))
        self.log_knows_no_secret()
        for name, (_, _, operation) in self.operations.items():
            wanted = min(int(status) for status in operation["responses"] if status != "default")
            self.assertIn((name, wanted), self.seen)

    def test_what_any_call_may_be_answered_with(self):
        allowed = {path: ", ".join(sorted(method.upper() for method in methods))
                   for path, methods in self.document["paths"].items()}
        for name, (path, _, _) in self.operations.items():
            where = {"path": {"title": "m_1", "path": "a.m3u8", "id": "m_1"}}
            self.call(name, 405, "method_not_allowed", method="patch", **where)
            self.assertEqual(self.got["Allow"].replace(", HEAD", ""), allowed[path])
            self.assertEqual(self.got["Access-Control-Allow-Origin"], "*")
        for headers, body, status, code in (({"X-Long": "a" * 20_000}, None, 431, "header_too_large"),
                                            ({"Content-Length": "70000"}, "{}", 413, "body_too_large"),
                                            ({"Expect": "what"}, "{}", 417, "unknown_expectation"),
                                            ({"Transfer-Encoding": "what"}, "{}", 501, "unknown_coding")):
            self.call("rate", status, code, headers=headers, body=body)
            self.assertEqual((self.got["Connection"], self.got["Access-Control-Allow-Origin"]), ("close", "*"))
            self.connection.close()

    def test_preflights(self):
        for path, methods in self.document["paths"].items():
            self.connection.request("OPTIONS", re.sub(r"\{\w+\}", "m_1", path), headers={
                "Origin": "https://app.example", "Access-Control-Request-Method": "POST"})
            answer = self.connection.getresponse()
            self.assertEqual((answer.status, answer.read()), (204, b""), path)
            self.assertEqual(answer.getheader("Access-Control-Allow-Origin"), "*")
            self.assertEqual(set(answer.getheader("Access-Control-Allow-Methods").split(", ")) - {"HEAD"},
                             {method.upper() for method in methods}, path)
            allowed = answer.getheader("Access-Control-Allow-Headers").split(", ")
            for header in ("Authorization", "Content-Type", "Range", "X-Profile-Pin", "CMCD-Request"):
                self.assertIn(header, allowed)
            self.assertGreater(int(answer.getheader("Access-Control-Max-Age")), 0)

    def test_an_edge_answers_as_is_documented(self):
        self.log_in("edna")
        signed = urlsplit(self.call("stream", 200, query="movie_id=m_1")["stream_url"]).query
        origin, self.__class__.connection = self.connection, http.client.HTTPConnection(self.edge_address, timeout=60)
        try:
            media = {"path": {"title": "m_1", "path": "a.m3u8"}}
            self.call("media", 502, "origin_failed", query=signed, **media)
            self.call("media", 403, "signature_invalid", query=signed[:-2], **media)
            self.call("media", 404, "not_found", query=signed, path={"title": "m_1", "path": "../x"})
            self.call("media", 405, "method_not_allowed", query=signed, method="post", **media)
            self.call("health", 200)
            self.connection.close()
        finally:
            self.__class__.connection = origin

    def own_token(self, *words):
        return subprocess.run([SERVER, "token", "--data", f"{self.folder.name}/data", *words], check=True,
                              capture_output=True, text=True).stdout.strip()

    def browse(self):
        self.call("progress", 204, body={"movie_id": "m_1", "position_seconds": 42.5})
        self.call("progress", 422, "bad_position", body={"movie_id": "m_1", "position_seconds": -1})
        self.call("progress", 413, "body_too_large", body=" " * 70_000)
        self.connection.close()  # the server has closed it
        self.call("progress", 404, "unknown_title", body={"movie_id": "m_9", "position_seconds": 1})
        self.call("progress", 400, "bad_field", body={"movie_id": "m_1", "position_seconds": "1"})
        home = self.call("home", 200, query="limit=1")
        self.assertEqual(home["rows"][0]["id"], "continue-watching")
        self.call("home", 200, query="cursor=" + home["next_cursor"])
        self.call("home", 400, "bad_cursor", query="cursor=*")
        self.call("home", 400, "bad_limit", query="limit=99")
        self.assertEqual(len(self.call("search", 200, query="q=" + quote("zoe O"))["items"]), 1)
        self.call("search", 400, "bad_query")
        self.call("continueWatching", 200)
        self.call("continueWatching", 400, "bad_limit", query="limit=0")
        self.call("rate", 204, body={"movie_id": "m_1", "stars": 5})
        self.call("rate", 422, "bad_rating", body={"movie_id": "m_1", "stars": 9})
        self.call("rate", 404, "unknown_title", body={"movie_id": "m_9", "stars": 1})
        self.call("rate", 400, "bad_json", body="[]")
        detail = self.call("title", 200, path={"id": "m_1"})
        self.assertEqual(detail["position_seconds"], 42.5)
        self.call("title", 200, path={"id": "m_2"})
        self.call("title", 404, "unknown_title", path={"id": "m_9"})
        self.assertTrue(self.call("recommendations", 200, query="device=tv&utc_offset_minutes=60")["items"])
        self.call("recommendations", 400, "bad_query", query="utc_offset_minutes=x")

    def profiles(self):
        self.call("profiles", 200)
        kid = self.call("putProfile", 200, body={"name": "Kid", "maturity_rating": "G"})["profile_id"]
        change = {"profile_id": kid, "name": "Kid", "maturity_rating": "G", "pin": PIN}
        self.call("putProfile", 200, body=change)
        self.call("putProfile", 422, "bad_pin", body={**change, "pin": "1"})
        self.call("putProfile", 422, "bad_maturity", body={**change, "maturity_rating": "X"})
        self.call("putProfile", 404, "unknown_profile", body={**change, "profile_id": "none"})
        self.call("putProfile", 400, "bad_field", body={})
        for name in ("home", "search", "continueWatching", "recommendations", "title", "stream"):
            where = {"path": {"id": "m_1"}}
            query = f"q=a&movie_id=m_1&profile_id={kid}"
            self.call(name, 403, "pin_required", query=query, **where)
            self.call(name, 200, query=query, headers={"X-Profile-Pin": PIN}, **where)
            self.call(name, 404, "unknown_profile", query="q=a&movie_id=m_1&profile_id=none", **where)
        self.call("startPlayback", 403, "pin_wrong", body={"asset_id": "m_1", "profile_id": kid, "pin": "9"})
        self.call("putProfile", 403, "pin_required", body={**change, "pin": None})
        self.call("putProfile", 403, "pin_required", body={**change, "maturity_rating": "R"})
        self.call("putProfile", 200, body={**change, "pin": None}, headers={"X-Profile-Pin": PIN})
        self.call("startPlayback", 403, "maturity_blocked", body={"asset_id": "m_1", "profile_id": kid})
        self.call("download", 403, "maturity_blocked", body={"movie_id": "m_1", "profile_id": kid})
        self.call("rate", 404, "unknown_profile", body={"movie_id": "m_1", "stars": 1, "profile_id": "none"})
        for number in range(9):
            self.call("putProfile", 200, body={"name": f"P{number}", "maturity_rating": "G"})
        self.call("putProfile", 409, "too_many_profiles", body={"name": "P", "maturity_rating": "G"})

    def play(self):
        url = self.call("stream", 200, query="movie_id=m_1")["stream_url"]
        self.call("stream", 400, "bad_format", query="movie_id=m_1&format=avi")
        self.call("stream", 404, "format_unavailable", query="movie_id=m_1&format=dash")
        self.call("stream", 403, "geo_blocked", query="movie_id=m_2")
        self.call("stream", 200, query="movie_id=m_2", headers={"X-Country": "DE"})
        signed = urlsplit(url).query
        media = {"path": {"title": "m_1", "path": "a.m3u8"}}
        self.call("media", 200, query=signed, **media)
        self.call("media", 206, query=signed, headers={"Range": "bytes=0-2"}, **media)
        self.call("media", 416, "range_not_satisfiable", query=signed, headers={"Range": "bytes=9999-"}, **media)
        self.call("media", 403, "signature_invalid", **media)
        self.call("media", 404, "not_found", query=signed, path={"title": "m_1", "path": "b.m3u8"})
        device = {"device_id": "tv-1", "type": "tv", "formats": ["hls"]}
        grant = self.call("startPlayback", 200, body={"asset_id": "m_1", "device": device})
        self.assertEqual(grant["locations"][0]["id"], "eu")
        self.call("startPlayback", 200, body={"asset_id": "m_1", "device": {"device_id": "p", "type": "phone"}})
        self.call("startPlayback", 403, "device_unsupported", body={"asset_id": "m_1", "device": {"formats": ["x"]}})
        self.call("startPlayback", 400, "bad_field", body={"asset_id": 1})
        self.call("startPlayback", 404, "unknown_title", body={"asset_id": "m_9"})
        event = {"event_id": "e", "type": "pause", "timestamp_ms": 1, "position_seconds": 2, "more": {"a": 1}}
        batch = {"session_id": grant["session_id"], "events": [event]}
        self.call("playbackEvents", 204, body=batch)
        self.call("playbackEvents", 204, body=batch)
        self.call("playbackEvents", 404, "unknown_session", body={**batch, "session_id": "none"})
        self.call("playbackEvents", 400, "bad_field", body={**batch, "events": [event] * 101})
        self.call("playbackEvents", 422, "bad_position", body={**batch, "events": [{**event, "position_seconds": -1}]})
        beat = {"session_id": grant["session_id"], "profile_id": "default", "video_id": "m_1", "timestamp_ms": 1,
                "duration_ms": 10_000, "bitrate_kbps": 2400, "buffering_count": 0}
        self.call("heartbeat", 204, body=beat)
        self.call("heartbeat", 204, body={**beat, "heartbeat_id": "b-1"})
        self.call("heartbeat", 400, "bad_field", body={**beat, "heartbeat_id": 1})
        self.call("heartbeat", 400, "bad_field", body={**beat, "duration_ms": -1})
        self.call("heartbeat", 404, "unknown_title", body={**beat, "video_id": "m_9"})
        self.call("download", 200, body={"movie_id": "m_1"})
        self.call("download", 404, "unknown_title", body={"movie_id": "m_9"})

    def protect(self):
        self.log_in("alice")
        url = self.call("stream", 200, query="movie_id=m_3")["drm"]["license_url"]
        kid = base64.urlsafe_b64encode(bytes.fromhex(KID)).decode().rstrip("=")
        challenge = {"kids": [kid], "type": "temporary"}
        signed = {"path": {"title": "m_3"}, "query": urlsplit(url).query}
        self.call("rawLicense", 200, body=challenge, **signed)
        self.call("rawLicense", 400, "bad_challenge", body="{}", **signed)
        self.call("rawLicense", 404, "unknown_key", body={**challenge, "kids": ["AAAAAAAAAAAAAAAAAAAAAA"]}, **signed)
        self.call("rawLicense", 403, "persistent_not_allowed", body={**challenge, "type": "persistent-license"}, **signed)
        for movie, status, code in (("m_5", 403, "level_too_low"), ("m_6", 500, "keys_unreadable")):
            own = self.call("stream", 200, query=f"movie_id={movie}")["drm"]["license_url"]
            self.call("rawLicense", status, code, body=challenge, path={"title": movie}, query=urlsplit(own).query)
        self.call("rawLicense", 403, "signature_invalid", body=challenge, path={"title": "m_3"})
        wrapped = {"license_url": url, "scheme": "clearkey", "security_level": 1000,
                   "challenge": base64.b64encode(json.dumps(challenge).encode()).decode()}
        self.call("license", 200, body=wrapped)
        self.call("license", 400, "unsupported_scheme", body={**wrapped, "scheme": "widevine"})
        self.call("license", 403, "signature_invalid", body={**wrapped, "license_url": url.replace("m_3", "m_1")})
        self.call("license", 403, "signature_invalid", body={**wrapped, "license_url": url.partition("?")[0]})
        self.call("download", 200, body={"movie_id": "m_3"})
        self.log_in("bob")
        self.call("startPlayback", 403, "not_entitled", body={"asset_id": "m_3"})
        self.call("stream", 403, "not_entitled", query="movie_id=m_3")
        self.call("download", 403, "not_entitled", body={"movie_id": "m_3"})
        self.call("license", 403, "not_entitled", body=wrapped)

    def log_knows_no_secret(self):
        with open(f"{self.folder.name}/log", encoding="utf-8") as file:
            log = file.read()
        lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
        asked = {(line["method"], line["path"], line["status"]) for line in lines if line["event"] == "request"}
        self.assertIn(("GET", "/media/m_1/a.m3u8", "206"), asked)
        self.assertIn(("POST", "/api/v1/stream/progress", "413"), asked)
        self.assertGreater(len(self.secrets), 10)
        for secret in self.secrets:
            self.assertNotIn(secret, log)

    def ask_too_often(self):
        self.log_in("greedy")
        for _ in range(10_000):  # one call a second comes back meanwhile
            try:
                self.call("profiles", 429, "rate_limited")
                return
            except AssertionError as error:
                last = error
        raise last


class OldReports(unittest.TestCase):
    def test_nobody_waits_while_they_are_forgotten(self):
        with tempfile.TemporaryDirectory(prefix="playhead-contract-") as folder:
            os.mkdir(f"{folder}/media")
            os.mkdir(f"{folder}/data")
            # What opens the database makes its tables.
            subprocess.run([SERVER, "licenses", "--data", f"{folder}/data", "--user", "nobody"], check=True)
            with contextlib.closing(sqlite3.connect(f"{folder}/data/playhead.db", isolation_level=None)) as database:
                database.execute("BEGIN IMMEDIATE")
                database.executemany("INSERT INTO heartbeat VALUES('u', 's', ?, 0, '', 'm', 1, 1, 0, 0)",
                                     ((f"id {n}",) for n in range(5_000)))
                database.execute("COMMIT")
                # As if a step of it took long: somebody else writes.
                database.execute("BEGIN IMMEDIATE")
                with subprocess.Popen([SERVER, "serve", "--data", f"{folder}/data", "--media", f"{folder}/media"],
                                      stdout=subprocess.PIPE, text=True) as process:
                    self.assertIn("listening", process.stdout.readline())
                    database.execute("COMMIT")
                    count = 5_000
                    while count > 0 and process.poll() is None:
                        count = database.execute("SELECT count(*) FROM heartbeat").fetchone()[0]
                    self.assertEqual(count, 0)
                    process.terminate()
                    self.assertEqual(process.wait(), 0)


if __name__ == "__main__":
    unittest.main()
