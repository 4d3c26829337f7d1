package protocol

import (
	"bytes"
	"fmt"
	"testing"
)

func TestEncode(t *testing.T) {
	for in, want := range map[string]string{
		"a\nb":     "a\r\nb",
		" \ra":     " \r\x00a",
		"\xffx":    "\xff\xffx",
		"日本\x1b[A": "日本\x1b[A",
	} {
		if got := string(Encode([]byte("> "), []byte(in))); got != "> "+want {
			t.Errorf("%q is sent as %q, want %q", in, got, want)
		}
	}
}

// Decoding what was encoded gives the same lines.
func FuzzEncode(f *testing.F) {
	f.Add([]byte("a\nb\xff\r"))
	f.Fuzz(func(t *testing.T, in []byte) {
		var d Decoder
		var r record
		d.Decode(Encode(nil, in), &r)
		r.flush()
		want := bytes.ReplaceAll(bytes.ReplaceAll(in, []byte("\r"), []byte("\n")), []byte{0}, nil)
		got := ""
		if len(want) > 0 {
			got = fmt.Sprintf("%q", want)
		}
		if r.String() != got {
			t.Errorf("%q came back as %s", in, r.String())
		}
	})
}
