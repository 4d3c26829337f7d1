package telnet

import (
	"net"
	"runtime"
	"testing"

	"github.com/sightglass-go/sightglass/registry"
)

// BenchmarkIdleSessions measures the memory and the goroutines of a session that waits at its
// prompt, over a thousand of them, before and after it has answered once. The memory is heap and stack, and includes the client's end. For
// comparison it measures a server that only reads.
func BenchmarkIdleSessions(b *testing.B) {
	const sessions = 1000
	measure := func(b *testing.B, addr net.Addr, greeted func(*testing.B, net.Conn)) {
		for b.Loop() {
			memory, goroutines := footprint()
			conns := make([]net.Conn, sessions)
			for i := range conns {
				conn, err := net.Dial(addr.Network(), addr.String())
				if err != nil {
					b.Fatal(err)
				}
				conns[i] = conn
			}
			for _, conn := range conns {
				greeted(b, conn)
			}
			m, g := footprint()
			b.ReportMetric(float64(m-memory)/sessions, "B/session")
			b.ReportMetric(float64(g-goroutines)/sessions, "goroutines/session")
			for _, conn := range conns {
				conn.Close()
			}
		}
		b.ReportMetric(0, "ns/op")
	}
	b.Run("reading alone", func(b *testing.B) {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			b.Fatal(err)
		}
		defer l.Close()
		go func() {
			for {
				conn, err := l.Accept()
				if err != nil {
					return
				}
				go func() {
					conn.Write([]byte("> "))
					conn.Read(make([]byte, 1))
					conn.Close()
				}()
			}
		}()
		measure(b, l.Addr(), awaitPrompt)
	})
	for name, wants := range map[string]func(*testing.B, net.Conn){"lines": awaitPrompt, "lines, answered": askedOnce, "characters, answered": negotiated} {
		b.Run(name, func(b *testing.B) {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				b.Fatal(err)
			}
			reg := registry.New()
			reg.Expose("x", &struct{ a int }{1})
			s := &Server{Registry: reg, MaxSessions: 2 * sessions, MaxRate: -1}
			go s.Serve(l)
			defer s.Close()
			measure(b, l.Addr(), wants)
		})
	}
}

// footprint returns the memory in use, in bytes, and the number of goroutines.
func footprint() (bytes, goroutines int) {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc + m.StackInuse), runtime.NumGoroutine()
}

func awaitPrompt(b *testing.B, conn net.Conn) {
	b.Helper()
	buf := make([]byte, 32<<10)
	for last := ""; last != "> "; {
		n, err := conn.Read(buf)
		if err != nil {
			b.Fatal(err)
		}
		last += string(buf[max(0, n-2):n])
		last = last[max(0, len(last)-2):]
	}
}

// askedOnce asks a question.
func askedOnce(b *testing.B, conn net.Conn) {
	b.Helper()
	awaitPrompt(b, conn)
	if _, err := conn.Write([]byte("x.a\n")); err != nil {
		b.Fatal(err)
	}
	awaitPrompt(b, conn)
}

// negotiated negotiates character mode at the client's end, and asks a question.
func negotiated(b *testing.B, conn net.Conn) {
	b.Helper()
	awaitPrompt(b, conn)
	if _, err := conn.Write([]byte("\xff\xfd\x01\xff\xfd\x03\xff\xfb\x1f\xff\xfa\x1f\x00\x50\x00\x18\xff\xf0\xff\xfb\x18\xff\xfa\x18\x00XTERM\xff\xf0x.a\r\x00")); err != nil {
		b.Fatal(err)
	}
	awaitPrompt(b, conn)
}
