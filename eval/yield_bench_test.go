package eval

import (
	"net"
	"reflect"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"
)

// callers is how many wait for an answer at any time.
const callers = 16

// request is some twenty microseconds of work.
func request() byte {
	x := 1
	for i := range 18_000 {
		x += i * x
	}
	return byte(x)
}

// callFor has every caller make calls for half a second, and returns what each took.
func callFor(caller func() (call func())) []time.Duration {
	var each [callers][]time.Duration
	var all sync.WaitGroup
	end := time.Now().Add(500 * time.Millisecond)
	for i := range each {
		all.Go(func() {
			call := caller()
			for begin := time.Now(); begin.Before(end); {
				call()
				now := time.Now()
				each[i] = append(each[i], now.Sub(begin))
				begin = now
			}
		})
	}
	all.Wait()
	return slices.Concat(each[:]...)
}

// inTurns is an application of goroutines that take turns.
func inTurns(*testing.B) []time.Duration {
	return callFor(func() func() {
		var answer byte
		return func() {
			runtime.Gosched()
			answer ^= request()
		}
	})
}

// overSockets is an application whose goroutines wait for the network.
func overSockets(b *testing.B) []time.Duration {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	var servers sync.WaitGroup
	servers.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			servers.Go(func() {
				defer c.Close()
				var buf [1]byte
				for {
					if _, err := c.Read(buf[:]); err != nil {
						return
					}
					buf[0] = request()
					if _, err := c.Write(buf[:]); err != nil {
						return
					}
				}
			})
		}
	})
	var conns [callers]net.Conn
	for i := range conns {
		if conns[i], err = net.Dial("tcp", l.Addr().String()); err != nil {
			b.Fatal(err)
		}
	}
	next := make(chan net.Conn, callers)
	for _, c := range conns {
		next <- c
	}
	each := callFor(func() func() {
		c := <-next
		var buf [1]byte
		return func() {
			if _, err := c.Write(buf[:]); err != nil {
				b.Error(err)
			}
			if _, err := c.Read(buf[:]); err != nil {
				b.Error(err)
			}
		}
	})
	for _, c := range conns {
		c.Close()
	}
	l.Close()
	servers.Wait()
	return each
}

// overChannels is an application whose goroutines wait for each other. The runtime lets those that
// answer each other go on before others, so that a few calls take a thousand times as long as most.
func overChannels(*testing.B) []time.Duration {
	requests := make(chan chan byte)
	var servers sync.WaitGroup
	for range callers / 4 {
		servers.Go(func() {
			for answer := range requests {
				answer <- request()
			}
		})
	}
	each := callFor(func() func() {
		answer := make(chan byte)
		return func() {
			requests <- answer
			<-answer
		}
	})
	close(requests)
	servers.Wait()
	return each
}

// BenchmarkYielding is what applications of three kinds lose that keep both of two processors busy, while a
// session scans a million entries without a pause, while a plain walk by reflect does, and while nobody looks:
// turn by turn, so that whatever else the machine does is in all of them. Reported are the medians of the rounds' ratios.
func BenchmarkYielding(b *testing.B) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	m, reg := newMillion()
	names := []string{"nobody", "session", "reflect"}
	looks := []look{nobody, scans(reg, "count(c.items, .hits > 10)"), plainWalk(reflect.ValueOf(m.items))}
	figures := []struct {
		name string
		of   func(m measured) float64
	}{
		{"throughput", measured.rate},
		{"p50", func(m measured) float64 { return m.at(500) }}, {"p99", func(m measured) float64 { return m.at(990) }},
		{"p99.9", func(m measured) float64 { return m.at(999) }}, {"longest", func(m measured) float64 { return m.at(1000) }},
	}
	for _, app := range []struct {
		name string
		run  func(b *testing.B) []time.Duration
	}{{"turns", inTurns}, {"sockets", overSockets}, {"channels", overChannels}} {
		b.Run(app.name, func(b *testing.B) {
			rounds := make([][]measured, len(looks))
			for b.Loop() {
				for i, l := range looks {
					rounds[i] = append(rounds[i], beside(b, l, func() []time.Duration { return app.run(b) }))
				}
			}
			for _, f := range figures {
				b.ReportMetric(middle(rounds[0], f.of), names[0]+"-"+f.name)
				for i := 1; i < len(looks); i++ {
					ratios := make([]float64, len(rounds[i]))
					for j, m := range rounds[i] {
						ratios[j] = f.of(m) / f.of(rounds[0][j])
					}
					slices.Sort(ratios)
					b.ReportMetric(ratios[len(ratios)/2], names[i]+"/nobody-"+f.name)
				}
			}
			for i := 1; i < len(looks); i++ {
				b.ReportMetric(middle(rounds[i], func(m measured) float64 { return float64(m.entries) / m.took.Seconds() / 1e6 }), names[i]+"-Mentries/s")
			}
			b.ReportMetric(0, "ns/op")
		})
	}
}
