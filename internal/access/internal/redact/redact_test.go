package redact

import (
	"reflect"
	"testing"
	"time"

	_ "github.com/sightglass-go/sightglass/internal/attack"
	"github.com/sightglass-go/sightglass/internal/secret"
)

func TestSecretNames(t *testing.T) {
	str, num, flag := reflect.TypeFor[string](), reflect.TypeFor[int](), reflect.TypeFor[bool]()
	ms := reflect.TypeFor[map[string]string]()
	for _, tt := range []struct {
		name string
		typ  reflect.Type
		want bool
	}{
		{"password", str, true}, {"Password", str, true}, {"dbPassword", str, true}, {"db_password", str, true},
		{"DB-PASSWORD", str, true}, {"dbpassword", str, true}, {"passwords", ms, true}, {"PasswordHash", str, true},
		{"pwd", str, true}, {"passwd", str, true}, {"passphrase", str, true}, {"DB_PASS", str, true},
		{"secret", str, true}, {"clientSecret", str, true}, {"clientsecret", str, true}, {"secrets", ms, true},
		{"token", str, true}, {"AuthToken", str, true}, {"authtoken", str, true}, {"tokens", ms, true},
		{"apiKey", str, true}, {"APIKey", str, true}, {"api_key", str, true}, {"apikey", str, true}, {"X-Api-Key", str, true},
		{"Authorization", ms, true}, {"authHeader", str, true}, {"Set-Cookie", str, true}, {"cookies", ms, true},
		{"credentials", ms, true}, {"privateKey", str, true}, {"private_key", str, true}, {"PrivateKeys", ms, true},
		{"awsSecretAccessKey", str, true}, {"jwt", str, true}, {"bearer", str, true}, {"password2", str, true},

		{"author", str, false}, {"authors", ms, false}, {"secretary", str, false}, {"tokenizer", str, false},
		{"key", str, false}, {"keys", ms, false}, {"monkey", str, false}, {"passed", str, false}, {"bypass", str, false},
		{"compass", str, false}, {"pinned", str, false}, {"spin", str, false}, {"hotpath", str, false},
		{"tokenType", str, false}, {"secretName", str, false}, {"passwordPolicy", ms, false}, {"tokenBucket", ms, false},
		{"cookieDomain", str, false}, {"primaryKey", str, false}, {"", str, false}, {"_", str, false},

		{"token", num, true}, {"pin", num, true}, {"otp", num, true}, {"secret", flag, true}, {"api_key", num, true},
		{"tokens", num, false}, {"tokensPerSecond", num, false}, {"tokens_per_second", num, false}, {"tokenCount", num, false},
		{"hasPassword", flag, false}, {"passwordLength", num, false}, {"maxTokens", num, false}, {"tokenTTL", num, false},
		{"tokens", reflect.TypeFor[chan struct{}](), false}, {"tokens", reflect.TypeFor[[]int](), false},
		{"token", reflect.TypeFor[[]byte](), true}, {"token", reflect.TypeFor[[32]byte](), true},
		{"tokenExpires", reflect.TypeFor[time.Time](), false},
		{"password", reflect.TypeFor[*string](), true}, {"password", reflect.TypeFor[any](), false}, // what it holds decides
		{"password", nil, true},
	} {
		if got := Hides(secret.ByName(tt.name)|ByType(tt.typ), tt.typ); got != tt.want {
			t.Errorf("%s %v: hidden %v", tt.name, tt.typ, got)
		}
	}
}

type (
	Password      string
	APIToken      []byte
	DBCredentials struct{ User, Pass string }
	Token         struct{ Kind, Text string } // a parser's
	wrappedToken  struct{ value string }
	PIN           int
)

func TestSecretTypes(t *testing.T) {
	for typ, want := range map[reflect.Type]bool{
		reflect.TypeFor[Password](): true, reflect.TypeFor[APIToken](): true, reflect.TypeFor[*DBCredentials](): false,
		reflect.TypeFor[wrappedToken](): true, reflect.TypeFor[[]*wrappedToken](): false, reflect.TypeFor[PIN](): true,
		reflect.TypeFor[Token](): false, reflect.TypeFor[string](): false, reflect.TypeFor[struct{ hits int }](): false,
	} {
		if got := Hides(ByType(typ), typ); got != want {
			t.Errorf("%v: hidden %v", typ, got)
		}
	}
}
