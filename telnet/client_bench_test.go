package telnet

import (
	"bytes"
	"encoding/json"
	"net"
	"testing"
	"time"

	"github.com/sightglass-go/sightglass/registry"
)

// BenchmarkClient measures a round trip through Client.Eval, and beside it, in turn, one of the same
// request over a bare connection, whose answer is unmarshaled, as any program has to: client-x-bare is
// how many times longer Client.Eval takes, in the median. client-x-wire leaves the answer as it is.
func BenchmarkClient(b *testing.B) {
	l := listenForBench(b)
	s := &Server{Registry: registry.New(), MaxRate: -1, Unlisted: true}
	go s.Serve(l)
	b.Cleanup(func() { s.Close() })
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { conn.Close() })
	bare := &caller{conn, make([]byte, 4<<10)}
	if err := bare.await("> "); err != nil {
		b.Fatal(err)
	}
	if err := bare.ask("json on\n", "}\r\n"); err != nil {
		b.Fatal(err)
	}
	c, err := Dial(b.Context(), l.Addr().String())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { c.Close() })
	var wire, direct, through []time.Duration
	for b.Loop() {
		for range 200 {
			began := time.Now()
			if err := bare.ask(`{"id":1,"eval":"1+1"}`+"\n", "}\r\n"); err != nil {
				b.Fatal(err)
			}
			wire = append(wire, time.Since(began))
		}
		for range 200 {
			began := time.Now()
			if err := bare.ask(`{"id":1,"eval":"1+1"}`+"\n", "}\r\n"); err != nil {
				b.Fatal(err)
			}
			var a struct {
				ID         int
				OK         bool
				Type, Text string
				Value      json.RawMessage
				Cost       map[string]float64
				Notes      []string
				Error      *struct{ Code, Message string }
			}
			n := bytes.IndexByte(bare.buf, '\n')
			if err := json.Unmarshal(bare.buf[:n], &a); err != nil || a.Text != "2" {
				b.Fatal(a, err)
			}
			direct = append(direct, time.Since(began))
		}
		for range 200 {
			began := time.Now()
			if _, err := c.Eval(b.Context(), "1+1"); err != nil {
				b.Fatal(err)
			}
			through = append(through, time.Since(began))
		}
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(middle(wire).Nanoseconds())/1e3, "wire-p50-µs")
	b.ReportMetric(float64(middle(direct).Nanoseconds())/1e3, "bare-p50-µs")
	b.ReportMetric(float64(middle(through).Nanoseconds())/1e3, "client-p50-µs")
	b.ReportMetric(float64(middle(through))/float64(middle(direct)), "client-x-bare")
	b.ReportMetric(float64(middle(through))/float64(middle(wire)), "client-x-wire")
}
