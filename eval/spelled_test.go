package eval

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"testing"

	"github.com/sightglass-go/sightglass/registry"
)

// uuid is as most packages have it.
type uuid [16]byte

func (u uuid) String() string {
	return fmt.Sprintf("%x-%x-%x-%x-%x", u[0:4], u[4:6], u[6:8], u[8:10], u[10:])
}

// TestSpelledBytes: an array of bytes is what its UUID or hexadecimal text says: compared, in lists
// and as a key.
func TestSpelledBytes(t *testing.T) {
	b, err := hex.DecodeString("6ba7b8109dad11d180b400c04fd430c8")
	if err != nil {
		t.Fatal(err)
	}
	id := uuid(b)
	sum := sha256.Sum256(nil)
	reg := registry.New()
	reg.Expose("w", &struct {
		id    uuid
		plain [16]byte
		sum   [32]byte
		byID  map[uuid]int
		byRaw map[[16]byte]string
		byAny map[any]int
		ids   []uuid
		rows  []struct{ id uuid }
		bytes []byte
		raw   []byte
		word  [5]byte
		none  []byte
	}{id, id, sum, map[uuid]int{id: 7}, map[[16]byte]string{id: "seven"}, map[any]int{id: 8}, []uuid{{}, id}, []struct{ id uuid }{{}, {id}}, []byte("cafe"), b, [5]byte([]byte("hello")), nil}, registry.Frozen())
	s := NewSession(reg, Limits{})
	if _, err := s.Eval(t.Context(), "copy = snap(w)"); err != nil {
		t.Fatal(err)
	}
	testShown(t, s, []shownRow{
		{`w.id == "6ba7b810-9dad-11d1-80b4-00c04fd430c8"`, "true"}, {`"6BA7B810-9DAD-11D1-80B4-00C04FD430C8" == w.id`, "true"}, {`w.id == "6ba7b8109dad11d180b400c04fd430c8"`, "true"}, {`w.id == "0x6ba7b8109dad11d180b400c04fd430c8"`, "true"}, {`w.id == "{6ba7b810-9dad-11d1-80b4-00c04fd430c8}"`, "true"}, {`w.id == "urn:uuid:6ba7b810-9dad-11d1-80b4-00c04fd430c8"`, "true"}, {`w.id != "6ba7b810-9dad-11d1-80b4-00c04fd430c9"`, "true"}, {`w.plain == "6ba7b810-9dad-11d1-80b4-00c04fd430c8"`, "true"},
		{`w.sum == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"`, "true"}, {`w.sum == hex(w.sum)`, "true"}, {`w.id == hex(w.id)`, "true"},
		{`w.id in ["6ba7b810-9dad-11d1-80b4-00c04fd430c8"]`, "true"}, {`"6ba7b810-9dad-11d1-80b4-00c04fd430c8" in w.ids`, "true"}, {`"6ba7b810-9dad-11d1-80b4-00c04fd430c9" in w.ids`, "false"}, {`findIndex(w.rows, .id == "6ba7b810-9dad-11d1-80b4-00c04fd430c8")`, "1"}, {`count(w.rows, .id in ["6ba7b8109dad11d180b400c04fd430c8"])`, "1"},
		{`w.byID["6ba7b810-9dad-11d1-80b4-00c04fd430c8"]`, "7"}, {`w.byID["6ba7b8109dad11d180b400c04fd430c8"]`, "7"}, {`"6ba7b810-9dad-11d1-80b4-00c04fd430c8" in w.byID`, "true"}, {`"6ba7b810-9dad-11d1-80b4-00c04fd430c9" in w.byID`, "false"}, {`w.byID["6ba7b810-9dad-11d1-80b4-00c04fd430c9"] ?? 0`, "0"}, {`w.byRaw["6ba7b810-9dad-11d1-80b4-00c04fd430c8"]`, `"seven"`}, {`w.byAny["6ba7b810-9dad-11d1-80b4-00c04fd430c8"]`, "8"}, {`groupBy(w.ids, #)["6ba7b810-9dad-11d1-80b4-00c04fd430c8"] | len()`, "1"}, {`"6ba7b810-9dad-11d1-80b4-00c04fd430c8" in groupBy(w.rows, .id)`, "true"}, {`find(w.byID, #key == "6ba7b810-9dad-11d1-80b4-00c04fd430c8")`, "7"},
		{`copy.id == "6ba7b810-9dad-11d1-80b4-00c04fd430c8"`, "true"},
		// Bytes are their text, or what it spells.
		{`w.bytes == "cafe"`, "true"}, {`w.raw == "6ba7b8109dad11d180b400c04fd430c8"`, "true"}, {`w.bytes == "63616665"`, "true"}, {`w.bytes == "other"`, "false"}, {`b"cafe" == "cafe"`, "true"}, {`w.word == "hello"`, "true"}, {`w.word == "hallo"`, "false"}, {`w.none == ""`, "true"}, {`"cafe" in [w.bytes]`, "true"},
		// What can never be equal is a mistake.
		{`w.id == "6ba7"`, "type: an eval.uuid == a string makes no sense at 1:6; w.id is an eval.uuid; its 16 bytes are written as 32 hexadecimal digits"}, {`w.id == "6ba7b810-9dad"`, "type: an eval.uuid == a string makes no sense at 1:6; w.id is an eval.uuid; its 16 bytes are written as 32 hexadecimal digits"}, {`w.byID["6ba7"]`, `type: w.byID (map[eval.uuid]int) has no such keys: "6ba7" cannot be a key of the type eval.uuid: it has 16 bytes, which are written as 32 hexadecimal digits at 1:7`}, {`w.id == 5`, "type: an eval.uuid == an integer makes no sense at 1:6; w.id is an eval.uuid"},
		// In hexadecimal.
		{"hex(w.id)", `"6ba7b8109dad11d180b400c04fd430c8"`}, {`hex("hi")`, `"6869"`}, {"hex(w.bytes)", `"63616665"`}, {`hex(b"hi")`, `"6869"`}, {"hex(w.id[0:2])", `"6ba7"`}, {"hex(18446744073709551615)", `"ffffffffffffffff"`}, {"hex([1, 255])", "type: argument 1 of hex has to be an integer, text or bytes, not a list at 1:1; map(xs, hex(#)) writes each of its elements"}, {"map([1, 255], hex(#))", `["1", "ff"]`},
	})
}

// TestCharacters: a byte or rune is a number, and the advice says which.
func TestCharacters(t *testing.T) {
	reg := registry.New()
	reg.Expose("w", &struct {
		b     byte
		r     rune
		bytes []byte
	}{'A', '日', []byte("hi")}, registry.Frozen())
	testShown(t, NewSession(reg, Limits{}), []shownRow{
		{`w.b == "A"`, `type: an integer == a string makes no sense at 1:5; w.b is a uint8; the character "A" is the number 65: write that`}, {"w.b == 65", "true"}, {`"A" == w.b`, `type: a string == an integer makes no sense at 1:5; w.b is a uint8; the character "A" is the number 65: write that`}, {`w.r == "日"`, `type: an integer == a string makes no sense at 1:5; w.r is an int32; the character "日" is the number 26085: write that`}, {"w.r == 26085", "true"}, {`w.b == b"A"`, `type: an integer == bytes makes no sense at 1:5; w.b is a uint8; the byte in b"A" is the number 65: write that`},
		{`w.b in ["A"]`, `type: an integer can never be in a list that has none of its kind at 1:5; w.b is a uint8; the character "A" is the number 65: write that`}, {`w.b < "B"`, `type: an integer < a string makes no sense at 1:5; w.b is a uint8; the character "B" is the number 66: write that`}, {`count(w.bytes, # == "h")`, `type: an integer == a string makes no sense at 1:18; w.bytes[0] is a uint8; the character "h" is the number 104: write that`}, {"count(w.bytes, # == 104)", "1"},
		{`w.b == "65"`, "type: an integer == a string makes no sense at 1:5; w.b is a uint8; convert with int(…), float(…) or string(…)"}, {`w.b == "5"`, "type: an integer == a string makes no sense at 1:5; w.b is a uint8; convert with int(…), float(…) or string(…)"},
	})
}

// TestTimesOfNumbers: date and duration take numbers.
func TestTimesOfNumbers(t *testing.T) {
	reg := registry.New()
	reg.Expose("w", &struct {
		sec    int64
		ms     uint64
		ns     int64
		float  float64
		wait   int32
		single float32
		max    uint64
	}{1700000000, 1700000000123, 1700000000123456789, 1700000000.25, 1500, 2.5, math.MaxUint64}, registry.Frozen())
	testShown(t, NewSession(reg, Limits{}), []shownRow{
		{"date(w.sec)", "2023-11-14T22:13:20Z"}, {"date(w.ms)", "2023-11-14T22:13:20.123Z"}, {"date(w.ns)", "2023-11-14T22:13:20.123456789Z"}, {"date(1700000000123456)", "2023-11-14T22:13:20.123456Z"}, {"date(w.float)", "2023-11-14T22:13:20.25Z"}, {"date(1700000000.1)", "2023-11-14T22:13:20.1Z"}, {"date(0)", "1970-01-01T00:00:00Z"}, {"date(-1)", "1969-12-31T23:59:59Z"}, {"date(-1.5)", "1969-12-31T23:59:58.5Z"}, {"date(0.000000001)", "1970-01-01T00:00:00.000000001Z"},
		{`date(5000, "ms")`, "1970-01-01T00:00:05Z"}, {`date(w.sec, "s")`, "2023-11-14T22:13:20Z"}, {`date(1.5, "ms")`, "1970-01-01T00:00:00.0015Z"}, {`date(28333333, "m")`, "2023-11-14T22:13:00Z"}, {`date(timezone("Europe/Zurich"), w.sec)`, "2023-11-14T23:13:20+01:00"}, {`date(w.sec) == date("2023-11-14T22:13:20Z")`, "true"}, {"date(w.sec).Unix() == w.sec", "true"}, {"date(w.ms) - date(w.sec)", "123ms"}, {`date("2023-08-14")`, "2023-08-14T00:00:00Z"},
		{`date(w.max)`, "2554-07-21T23:34:33.709551615Z"}, {`date(w.max, "s")`, `overflow: date(18446744073709551615, "s") is beyond the year 9999 at 1:1; name the unit that it is in`}, {`date(1e300)`, `overflow: date(1e+300, "ns") is beyond the year 9999 at 1:1; name the unit that it is in`}, {`date(float("NaN"))`, `overflow: date(NaN, "ns") is beyond the year 9999 at 1:1; name the unit that it is in`}, {`date(1, "parsec")`, `arguments: date: "parsec" is no unit of time at 1:1; there are "ns", "us", "ms", "s", "m" and "h"`}, {`date(1, "s", "s")`, `arguments: date of a number has a unit at most at 1:1; write date(1, "ms")`}, {"date(true)", "type: argument 1 of date has to be a string, not a boolean at 1:1"},
		{`duration(5, "ms")`, "5ms"}, {`duration(w.wait, "ms")`, "1.5s"}, {`duration(w.single, "s")`, "2.5s"}, {`duration(1.5, "h")`, "1h30m0s"}, {`duration(-2, "m")`, "-2m0s"}, {`duration(1, "µs")`, "1µs"}, {`duration("5s")`, "5s"}, {`duration(w.wait, "ms") > 1s`, "true"},
		{"duration(5)", `arguments: duration: 5 has no unit at 1:1; write duration(5, "ms"), or "s", or another`}, {`duration(5, "d")`, `arguments: duration: "d" is no unit of time at 1:1; there are "ns", "us", "ms", "s", "m" and "h"`}, {`duration(w.max, "ns")`, `overflow: duration(18446744073709551615, "ns") does not fit in a duration (292 years) at 1:1`}, {`duration(1e300, "s")`, `overflow: duration(1e+300, "s") does not fit in a duration (292 years) at 1:1`}, {`duration("5", "ms")`, "type: argument 1 of duration has to be a number if there is a unit, not a string at 1:1"}, {"duration(5, 5)", `type: argument 2 of duration has to be a unit, as "ms", not an integer at 1:1`}, {`duration(float("NaN"), "s")`, `overflow: duration(NaN, "s") does not fit in a duration (292 years) at 1:1`},
	})
}

// TestSpelledSecrets: no comparison with a text tells bytes that are redacted.
func TestSpelledSecrets(t *testing.T) {
	const bearer = "Bearer abcdef0123456789abcdef0123456789"
	type row struct {
		secret [16]byte
		apiKey []byte
	}
	reg := registry.New()
	reg.Expose("w", &struct {
		secretID [16]byte
		token    []byte
		blob     []byte
		rows     []row
		byBlob   map[string][]byte
		tokens   map[[16]byte]int
	}{uuid{1}, []byte("hi"), []byte(bearer), []row{{uuid{1}, []byte("hi")}}, map[string][]byte{"a": []byte(bearer)}, map[[16]byte]int{{1}: 1}}, registry.Frozen())
	s := NewSession(reg, Limits{})
	const id = "01000000000000000000000000000000"
	for _, source := range []string{
		`w.secretID == "` + id + `"`, `w.secretID != "02000000000000000000000000000000"`, `"` + id + `" == w.secretID`, `w.secretID in ["` + id + `"]`, `"` + id + `" in [w.secretID]`, "hex(w.secretID)", `w.token == "hi"`, `w.token == "6869"`, `"hi" in [w.token]`,
		`w.blob == "` + bearer + `"`, `w.blob == "x"`, `"x" in [w.blob]`, `w.byBlob.a == "x"`, `count(w.rows, .secret == "` + id + `")`, `count(w.rows, .apiKey == "hi")`, `groupBy(w.rows, .secret)["` + id + `"]`, `"hi" in groupBy(w.rows, .apiKey)`, `w.tokens["` + id + `"]`, `"` + id + `" in w.tokens`,
	} {
		if x, err := s.Eval(t.Context(), source); codeOfError(err) != "redacted" {
			t.Errorf("%s = %v, %v, want the error redacted", source, x.Node, err)
		}
	}
}
