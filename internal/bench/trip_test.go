package bench

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/expr-lang/expr"

	"github.com/sightglass-go/sightglass/internal/rig"

	"github.com/sightglass-go/sightglass/registry"
)

// A liner sends a line and returns the one that comes back.
type liner interface {
	Line(line string) ([]byte, error)
}

// echoed is a connection to a server that answers each line with one.
type echoed struct {
	conn net.Conn
	in   *bufio.Reader
}

func (e *echoed) Line(line string) ([]byte, error) {
	if _, err := e.conn.Write(append([]byte(line), '\n')); err != nil {
		return nil, err
	}
	return e.in.ReadBytes('\n')
}

// echo serves lines, each answered by what answer makes of it, until the end of the benchmark, and
// returns how to connect.
func echo(b *testing.B, answer func(line []byte) []byte) func() liner {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			serving.Go(func() {
				defer conn.Close()
				in := bufio.NewReader(conn)
				for {
					line, err := in.ReadSlice('\n')
					if err != nil {
						return
					}
					if _, err := conn.Write(answer(line)); err != nil {
						return
					}
				}
			})
		}
	})
	var conns []io.Closer
	b.Cleanup(func() {
		l.Close()
		for _, c := range conns {
			c.Close()
		}
		serving.Wait()
	})
	return func() liner {
		conn, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			b.Fatal(err)
		}
		conns = append(conns, conn)
		return &echoed{conn, bufio.NewReader(conn)}
	}
}

// trips makes round trips for a while on all connections at once, and returns how long each took.
func trips(b *testing.B, all []liner, d time.Duration) (each []time.Duration) {
	per := make([][]time.Duration, len(all))
	var going sync.WaitGroup
	end := time.Now().Add(d)
	for i, l := range all {
		going.Go(func() {
			for now := time.Now(); now.Before(end); {
				if _, err := l.Line("1+1"); err != nil {
					b.Error(err)
					return
				}
				then := now
				now = time.Now()
				per[i] = append(per[i], now.Sub(then))
			}
		})
	}
	going.Wait()
	for _, p := range per {
		each = append(each, p...)
	}
	return each
}

// BenchmarkRoundTrip asks 1+1 in one session, in sixteen and in a hundred at once, beside as many
// connections to a server that sends back what it gets, and to one that has expr.Eval answer.
func BenchmarkRoundTrip(b *testing.B) {
	addr := serve(b, registry.New(), patient)
	echoes := echo(b, func(line []byte) []byte { return line })
	exprs := echo(b, func(line []byte) []byte {
		x, err := expr.Eval(string(line), nil)
		return fmt.Appendf(nil, "%v %v\n", x, err)
	})
	for _, sessions := range []int{1, 16, 100} {
		b.Run(fmt.Sprint(sessions), func(b *testing.B) {
			var sides [3][]liner
			for range sessions {
				sides[0] = append(sides[0], rig.NewScript(b, "tcp", addr))
				sides[1] = append(sides[1], echoes())
				sides[2] = append(sides[2], exprs())
			}
			var p50 [3][]float64
			var times, otherTimes, rate, otherRate []float64
			for b.Loop() {
				var rates [3]float64
				var middles [3]float64
				for i, side := range sides {
					each := trips(b, side, 100*time.Millisecond)
					rates[i] = float64(len(each))
					middles[i] = float64(at(each, 0.5).Nanoseconds()) / 1e3
					p50[i] = append(p50[i], middles[i])
				}
				times, otherTimes = append(times, middles[0]/middles[1]), append(otherTimes, middles[2]/middles[1])
				rate, otherRate = append(rate, rates[0]/rates[1]), append(otherRate, rates[2]/rates[1])
			}
			b.ReportMetric(middle(times), "×echo-p50")
			b.ReportMetric(middle(otherTimes), "expr×echo-p50")
			b.ReportMetric(middle(rate), "×echo-rate")
			b.ReportMetric(middle(otherRate), "expr×echo-rate")
			b.ReportMetric(middle(p50[0]), "µs-p50")
			b.ReportMetric(middle(p50[1]), "µs-echo-p50")
			b.ReportMetric(0, "ns/op")
		})
	}
}
