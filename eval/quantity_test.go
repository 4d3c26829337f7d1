package eval

import (
	"strings"
	"testing"
	"time"
)

// TestQuantities: durations are written as Go writes them, sizes as SI and IEC do. Each row is an
// expression and its answer.
func TestQuantities(t *testing.T) {
	s := NewSession(manualRegistry(), Limits{Time: time.Hour})
	for _, line := range strings.Split(strings.TrimSpace(quantities), "\n") {
		source, want, _ := strings.Cut(line, "  ")
		want = strings.TrimSpace(want)
		r, err := s.Eval(t.Context(), source)
		if err != nil {
			t.Errorf("%s: %v", source, err)
		} else if got := string(r.Node.JSON()); got != want {
			t.Errorf("%s: %s, want %s", source, got, want)
		}
	}
}

const quantities = `
10m                                           "10m0s"
1.5s                                          "1.5s"
1h30m                                         "1h30m0s"
10MB                                          10000000
10MiB                                         10485760
1.5GiB                                        1610612736
64kB                                          64000
64KiB                                         65536
10B                                           10
1_000ms                                       "1s"
18EB                                          18000000000000000000
9223372036854775808B                          9223372036854775808
5µs == 5us                                    true
-1.5s                                         "-1.5s"
90s == 1m30s                                  true
10m * 3 / 1m                                  30
10m.Minutes()                                 10
1500ms.String()                               "1.5s"
let d = 5m; d / 1s                            300
h = 1h                                        "1h0m0s"
h > 59m                                       true
[5s, 1KB]                                     ["5s",1000]
{a: 5s, b: [1MB]}                             {"a":"5s","b":[1000000]}
true ? 5s : 1m                                "5s"
true ? 5s: 1m                                 "5s"
max(5m, 3m)                                   "5m0s"
cache.items.ax.ttl > 1m                       true
cache.items.ax.ttl == 90s                     true
filter(cache.items, .ttl >= 90s) | keys()     ["ax"]
count(cache.items, .ttl in [0s, 5m])          1
count(cache.items, .ttl < -1ns)               0
now() - 1h < now()                            true
"10m 5s"                                      "10m 5s"
'10m' + "\"5s"                                "10m\"5s"
"5m" /* 10m */ // 5s                          "5m"
string(b"5m")                                 "5m"
let x10m = 3; x10m                            3
let ms5 = 3; 1..ms5                           [1,2,3]
1e3 + 0x1B                                    1027
`
