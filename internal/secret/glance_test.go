package secret

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/sightglass-go/sightglass/internal/attack"
)

// TestMayHold: no text in which a secret is found is passed over by a glance, whatever stands around
// it, in any case, cut or changed at any place.
func TestMayHold(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	texts := append([]string{
		"password = abc", "passwd:abc123", "PWD=abc12345", "my secret:'abcde'", "api_key=12345", "apikey=12345", "api-key=12345", "access_key=123", "secret_key=123", "private_key=123",
		"TOKEN=abcdef", "rk_live_0123456789", "sk_test_0123456789", "rk_test_0123456789", "npm_0123456789abcdefghij", "gho_0123456789abcdefghij", "ghu_0123456789abcdefghij", "ghs_0123456789abcdefghij",
		"ghr_0123456789abcdefghij", "xoxa-0123456789", "xoxp-0123456789", "xoxr-0123456789", "xoxs-0123456789", "u:p@unix(/run/db)/x", "u:p@tcp(db)/xyz",
	}, secretTexts...)
	const around = "abk :=-_@/\"'.ABpswdretkyJIz\xff0"
	noise := func(n int) string {
		var b strings.Builder
		for range random.IntN(n + 1) {
			b.WriteByte(around[random.IntN(len(around))])
		}
		return b.String()
	}
	found, tries := 0, 400_000/attack.Stride(20)
	for range tries {
		b := []byte(noise(4) + texts[random.IntN(len(texts))] + noise(4))
		for range random.IntN(3) {
			switch i := random.IntN(len(b)); random.IntN(4) {
			case 0:
				b[i] ^= 0x20
			case 1:
				b[i] = around[random.IntN(len(around))]
			case 2:
				b = append(b[:i], b[i+1:]...)
			default:
				b = append(b[:i:i], append([]byte(noise(2)), b[i:]...)...)
			}
		}
		if !In(string(b)) {
			continue
		}
		if found++; !MayHold(b) {
			t.Fatalf("passed over: %q", b)
		}
	}
	if found < tries/4 {
		t.Fatalf("only %d of the texts are secrets", found)
	}
	for _, s := range []string{"the quick brown fox", "item-123456 of 20", "2024-01-01T00:00:00Z", "10.0.0.1:8080 up", "key-000123456"} {
		if MayHold([]byte(s)) {
			t.Errorf("%q takes a second look", s)
		}
	}
}

func BenchmarkMayHold(b *testing.B) {
	s := []byte("cache.items of shop-eu-west-1:8080 /var/lib/x_y")
	b.Run("glance", func(b *testing.B) {
		for range b.N {
			MayHold(s)
		}
	})
	b.Run("look", func(b *testing.B) {
		for range b.N {
			In(string(s))
		}
	})
}
