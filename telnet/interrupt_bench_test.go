package telnet

import (
	"context"
	"io"
	"net"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/registry"
)

// BenchmarkInterrupt measures the time from an interrupt to the next prompt, in an evaluation that
// would take minutes and in an answer of a megabyte that the client does not read. For comparison
// it measures a question that needs no work.
func BenchmarkInterrupt(b *testing.B) {
	began := make(chan struct{}, 1)
	reg := registry.New()
	reg.Func("began", func(context.Context) any { began <- struct{}{}; return 0 })
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	s := &Server{Registry: reg, MaxRate: -1}
	go s.Serve(l)
	defer s.Close()
	for _, bc := range []struct {
		name, line, interrupt string
		first                 int // bytes of the answer to read before
	}{
		{"none", "began", "", 0},
		{"Ctrl-C", "began + count(1..1000, any(1..1000, any(1..1000, # < 0)))", "\x03", 0},
		{"IP and synch", "began + count(1..1000, any(1..1000, any(1..1000, # < 0)))", "\xff\xf4\xff\xfd\x06\xff\xf2", 0},
		{"of output", `[began, map(1..60, repeat("flood ", 1000))]`, "\x03", 4 << 10},
	} {
		b.Run(bc.name, func(b *testing.B) {
			conn, err := net.Dial("tcp", l.Addr().String())
			if err != nil {
				b.Fatal(err)
			}
			defer conn.Close()
			conn.(*net.TCPConn).SetReadBuffer(16 << 10)
			conn.SetDeadline(time.Now().Add(patience))
			awaitPrompt(b, conn)
			var total time.Duration
			for b.Loop() {
				conn.SetDeadline(time.Now().Add(patience))
				conn.Write([]byte(bc.line + "\n"))
				<-began
				if _, err := io.CopyN(io.Discard, conn, int64(bc.first)); err != nil {
					b.Fatal(err)
				}
				start := time.Now()
				conn.Write([]byte(bc.interrupt))
				awaitPrompt(b, conn)
				total += time.Since(start)
			}
			b.ReportMetric(float64(total.Microseconds())/1000/float64(b.N), "ms/interrupt")
		})
	}
}
