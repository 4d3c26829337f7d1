package eval

import (
	"strings"
	"testing"

	"github.com/sightglass-go/sightglass/registry"
)

func TestHex(t *testing.T) {
	reg := registry.New()
	reg.Expose("w", newTableWorld())
	s := NewSession(reg, Limits{})
	for source, want := range map[string]any{
		"hex(0)":                          "0",
		"hex(255)":                        "ff",
		"hex(-255)":                       "-ff",
		"hex(9223372036854775807)":        "7fffffffffffffff",
		"hex(-9223372036854775807 - 1)":   "-8000000000000000",
		"hex(18446744073709551615)":       "ffffffffffffffff",
		"hex(w.u64)":                      "ffffffffffffffff",
		"hex(w.i8)":                       "-8",
		"hex(16.0)":                       "10",
		`hex("")`:                         "",
		`hex("é")`:                        "c3a9",
		"hex(w.bytes)":                    "68656c6c6f",
		"hex(w.word)":                     "68656c6c6f",
		"w.str | hex() | upper()":         "68656C6C6F",
		"hex(1.5)":                        failure("type"),
		"hex(1e300)":                      failure("type"),
		"hex(nil)":                        failure("type"),
		"hex([104])":                      failure("type"),
		"hex(w.password)":                 failure("redacted"),
		"hex()":                           failure("arguments"),
		"hex(1, 2)":                       failure("arguments"),
		`hex(repeat("a", 3000000))`:       failure("budget"),
		`len(hex(repeat("ab", 1000000)))`: 4_000_000,
	} {
		x, err := answer(t, s, source)
		if code, fails := want.(failure); fails {
			if codeOfError(err) != string(code) {
				t.Errorf("%s = %.80v, %v, want the error %q", source, x, err, code)
			}
		} else if x != want || err != nil {
			t.Errorf("%s = %.80v, %v, want %v", source, x, err, want)
		}
	}
	if _, err := s.Eval(t.Context(), "hex(w.slice)"); err == nil || !strings.Contains(err.Error(), "an integer, text or bytes") {
		t.Error(err)
	}
}
