package telnet

import (
	"fmt"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/eval"
	"github.com/sightglass-go/sightglass/registry"
)

// BenchmarkBesideScans measures the round trip of a short question and of one that reads a
// hundred thousand entries, while other sessions scan a guarded list for ever, and while nobody does.
func BenchmarkBesideScans(b *testing.B) {
	list := &struct {
		sync.Mutex
		items []int
	}{items: make([]int, 100_000)}
	reg := registry.New()
	reg.Expose("list", list)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	s := &Server{Registry: reg, MaxRate: -1, Limits: eval.Limits{Time: time.Hour, Entries: 1 << 30}}
	go s.Serve(l)
	defer s.Close()
	dial := func(b *testing.B) net.Conn {
		conn, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			b.Fatal(err)
		}
		conn.SetDeadline(time.Now().Add(patience))
		awaitPrompt(b, conn)
		return conn
	}
	for _, line := range []string{"1+1", "count(list.items, # == 0)"} {
		for _, scans := range []int{0, 1, 16} {
			b.Run(fmt.Sprintf("%s/%d scan", line, scans), func(b *testing.B) {
				for range scans {
					conn := dial(b)
					defer conn.Close()
					conn.Write([]byte("count(1..1000000, any(list.items, # < 0))\n"))
				}
				conn := dial(b)
				defer conn.Close()
				var took []time.Duration
				for b.Loop() {
					conn.SetDeadline(time.Now().Add(patience))
					start := time.Now()
					conn.Write([]byte(line + "\n"))
					awaitPrompt(b, conn)
					took = append(took, time.Since(start))
				}
				slices.Sort(took)
				ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
				b.ReportMetric(ms(took[len(took)/2]), "p50-ms")
				b.ReportMetric(ms(took[len(took)*99/100]), "p99-ms")
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}
