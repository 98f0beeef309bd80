#!/usr/bin/env bash
# Makes the *.body files: what real programs make of event.json on its way to a
# check. They are committed, so that the tests need none of these programs; run
# this again after a change to event.json. Debian: php-cli ruby jq curl
# default-jdk-headless libgoogle-gson-java libjackson2-databind-java.
set -euo pipefail
cd "$(dirname "$0")"
rm -f ./*.body

js() { node -e "const raw = require('fs').readFileSync('event.json'); const event = JSON.parse(raw); process.stdout.write($2)" >"$1.body"; }
js node-stringify 'JSON.stringify(event)'
js node-indent-2 'JSON.stringify(event, null, 2)'
js node-indent-4 'JSON.stringify(event, null, 4)'
js node-tabs 'JSON.stringify(event, null, "\t")'
js node-twice 'JSON.stringify(raw.toString())'
js node-reserialized-twice 'JSON.stringify(JSON.stringify(event))'
js node-buffer 'JSON.stringify(raw)'
js node-uint8array 'JSON.stringify(new Uint8Array(raw))'
js node-bytes 'new Uint8Array(raw).toString()'
js node-latin1 'raw.toString("latin1")'
js node-windows-1252 'new TextDecoder("windows-1252").decode(raw)'
js node-utf16 'Buffer.from(raw.toString(), "utf16le")'
js node-hex 'raw.toString("hex")'
js node-urlencoded 'encodeURIComponent(raw)'
js node-form 'new URLSearchParams({payload: raw}).toString()'
js node-form-key 'new URLSearchParams([[raw.toString(), ""]]).toString()'
js node-form-decoded 'decodeURIComponent(raw.toString().replace(/\+/g, " "))'
js node-substring 'raw.subarray(0, raw.toString().length)'
js node-gateway 'JSON.stringify({resource: "/webhook", httpMethod: "POST", isBase64Encoded: true, body: raw.toString("base64")})'
js node-gateway-template 'JSON.stringify({method: "POST", body: event})'
js node-function-url 'JSON.stringify({version: "2.0", isBase64Encoded: false, body: raw.toString()}, null, 2)'
js node-gateway-stringify 'Buffer.from(JSON.stringify(event)).toString("base64")'
js node-object 'String(event)'
js node-inspect 'require("util").inspect(raw)'

py() { python3 -c "
import base64, gzip, json, sys, zlib
raw = open('event.json', 'rb').read()
event = json.loads(raw)
out = $2
sys.stdout.buffer.write(out if isinstance(out, bytes) else out.encode())" >"$1.body"; }
py python-dumps 'json.dumps(event)'
py python-dumps-unicode 'json.dumps(event, ensure_ascii=False)'
py python-dumps-compact 'json.dumps(event, separators=(",", ":"))'
py python-dumps-sorted 'json.dumps(event, sort_keys=True)'
py python-stripe-object 'json.dumps(event, sort_keys=True, indent=2)'
py python-indent-2 'json.dumps(event, indent=2)'
py python-indent-4 'json.dumps(event, indent=4)'
py python-indent-4-sorted 'json.dumps(event, indent=4, sort_keys=True)'
py python-compact-sorted 'json.dumps(event, sort_keys=True, separators=(",", ":"))'
py python-bytes 'str(raw)'
py python-dict 'str(event)'
py python-bom 'raw.decode().encode("utf-8-sig")'
py python-utf16 'raw.decode().encode("utf-16")'
py python-ascii 'raw.decode().encode("ascii", "replace")'
py python-base64 'base64.b64encode(raw)'
py python-base64-lines 'base64.encodebytes(raw)'
py python-base64-url 'base64.urlsafe_b64encode(raw)'
py python-gzip 'gzip.compress(raw, mtime=0)'
py python-gzip-base64 'base64.b64encode(gzip.compress(raw, mtime=0))'
py python-zlib 'zlib.compress(raw)'
py python-stripped-lines '"\n".join(line.strip() for line in raw.decode().split("\n"))'
py python-splitlines '"".join(raw.decode().split("\n"))'
python3 -c 'import json; print(json.dumps(json.load(open("event.json", encoding="utf-8"))))' >python-print.body

rb() { ruby -rjson -e "raw = File.binread('event.json').force_encoding('UTF-8'); event = JSON.parse(raw); print($2)" >"$1.body"; }
rb ruby-to-json 'event.to_json'
rb ruby-ascii 'JSON.generate(event, ascii_only: true)'
rb ruby-inspect 'event.inspect'
rb ruby-crlf 'raw.gsub("\n", "\r\n")'
rb ruby-dump 'raw.to_json'

p() { php -r "ini_set('serialize_precision', '-1'); \$raw = file_get_contents('event.json'); \$event = json_decode(\$raw, true); \$object = json_decode(\$raw); echo $2;" >"$1.body"; }
p php-json-encode 'json_encode($event)'
p php-object 'json_encode($object)'
p php-slashes 'json_encode($event, JSON_UNESCAPED_SLASHES)'
p php-unicode 'json_encode($event, JSON_UNESCAPED_UNICODE)'
p php-unescaped 'json_encode($event, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE)'
p php-pretty 'json_encode($event, JSON_PRETTY_PRINT)'
p php-addslashes 'addslashes($raw)'
p php-html 'htmlspecialchars($raw)'
p php-utf8-encode '@utf8_encode($raw)'
p php-trim 'trim($raw)."\r\n"'

jq . event.json >jq.body
jq -c . event.json >jq-compact.body
jq -S . event.json >jq-sorted.body
jq -cS . event.json >jq-compact-sorted.body

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/Mangle.java" <<'JAVA'
import com.fasterxml.jackson.databind.*;
import com.google.gson.*;
import java.io.*;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.util.*;
import java.util.stream.Collectors;

class Mangle {
	static void write(String name, String text) throws IOException {
		Files.write(Path.of(name + ".body"), text.getBytes(StandardCharsets.UTF_8));
	}

	public static void main(String[] args) throws IOException {
		byte[] raw = Files.readAllBytes(Path.of("event.json"));
		String text = new String(raw, StandardCharsets.UTF_8);
		ObjectMapper mapper = new ObjectMapper();
		write("java-jackson", mapper.writeValueAsString(mapper.readTree(text)));
		write("java-jackson-map", mapper.writeValueAsString(mapper.readValue(text, Map.class)));
		write("java-jackson-pretty", mapper.writerWithDefaultPrettyPrinter().writeValueAsString(mapper.readTree(text)));
		write("java-gson", new GsonBuilder().serializeNulls().create().toJson(JsonParser.parseString(text)));
		write("java-gson-no-nulls", new Gson().toJson(new Gson().fromJson(text, Map.class)));
		write("java-lines", new BufferedReader(new StringReader(text)).lines().collect(Collectors.joining()));
		write("java-bytes", Arrays.toString(raw));
		write("java-latin-1", new String(raw, StandardCharsets.ISO_8859_1));
	}
}
JAVA
java -cp "/usr/share/java/gson.jar:/usr/share/java/jackson-databind.jar:/usr/share/java/jackson-core.jar:/usr/share/java/jackson-annotations.jar" "$work/Mangle.java"

iconv -f UTF-8 -t UTF-16BE event.json >iconv-utf16be.body
sed 's/$/\r/' event.json >sed-crlf.body
echo "$(cat event.json)" >shell-echo.body
cat event.json event.json >shell-twice.body

head -c -7 event.json >shell-cut.body
head -c 1500 event.json >shell-cut-half.body
{ head -c 1000 event.json | wc -c | xargs printf '%x\r\n'; head -c 1000 event.json; printf '\r\n'; tail -c +1001 event.json | wc -c | xargs printf '%x\r\n'; tail -c +1001 event.json; printf '\r\n0\r\n\r\n'; } >shell-chunked.body
{ cat event.json; head -c 512 /dev/zero; } >shell-nul.body
