package secret

import (
	"encoding/base64"
	"strings"
	"testing"

	_ "github.com/sightglass-go/sightglass/internal/attack"
)

const pem = "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA\n-----END RSA PRIVATE KEY-----\n"

var secretTexts = []string{
	pem,
	"-----BEGIN PRIVATE KEY-----\nMIIE",
	"Bearer abcdef123456", "authorization: bearer ABCDEF.ghi-jkl", "BEARER 0123456789",
	"Basic " + base64.StdEncoding.EncodeToString([]byte("user:pass")),
	"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
	"AKIAIOSFODNN7EXAMPLE", "id=ASIAIOSFODNN7EXAMPLE",
	"AIzaSyA1234567890abcdefghijklmnopqrstuvw",
	"ghp_0123456789abcdefghijABCDEFGHIJ012345", "github_pat_0123456789abcdefghijABCD", "glpat-0123456789abcdefghij",
	"xoxb-123456789012-abcdef", "sk_live_0123456789abcdef", "sk-0123456789abcdefghijABCD",
	"postgres://user:hunter2@db/app", "see https://u:p@host/ for it", "redis://:hunter2@cache:6379",
	"user:hunter2@tcp(db:3306)/app", "host=db password=hunter2 user=x", `{"user":"x","password":"hunter2"}`,
	`{"api_key" : "0123456"}`, "PASSWORD: hunter2", "client_secret=abcdef", "?token=abcdef123&x=1",
}

func TestSecretTexts(t *testing.T) {
	for _, s := range secretTexts {
		for _, around := range []string{"", "x ", strings.Repeat("lorem ipsum. ", 100)} {
			if !In(around + s) {
				t.Errorf("shown: %.20s…%s", around, s)
			}
		}
	}
	for _, s := range []string{
		"", "hello", "the quick brown fox jumps over the lazy dog", "unexpected token: }", "https://host:443/path?x=1",
		"user@example.com", "mailto:a@b.c", "-----BEGIN CERTIFICATE-----\nMIIE\n-----END CERTIFICATE-----", "Bearer x",
		"Basic authentication is required", "the bearer of news", "task-0123456789abcdefghij", "a password is needed",
		"password: ", "2024-01-01T00:00:00Z", "eyJ is how it begins", "key=value; a=b", "sk-short", "10.0.0.1:8080",
		"http://[::1]:80/@x", "std_live_0123456789abcdef",
	} {
		if In(s) {
			t.Errorf("hidden: %s", s)
		}
	}
}
