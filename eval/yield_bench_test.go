package eval

import (
	"fmt"
	"math/rand/v2"
	"net"
	"reflect"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// stretch is how long an application runs, with somebody looking or with nobody.
const stretch = 200 * time.Millisecond

// request is some twenty microseconds of work.
func request() byte {
	x := 1
	for i := range 18_000 {
		x += i * x
	}
	runtime.KeepAlive(x) // so that nobody finds it useless
	return byte(x)
}

// callFor makes n callers call for a stretch, and returns what each call took.
func callFor(n int, caller func(i int) (call func())) []time.Duration {
	each := make([][]time.Duration, n)
	end := time.Now().Add(stretch)
	var all sync.WaitGroup
	for i := range each {
		all.Go(func() {
			call := caller(i)
			for begin := time.Now(); begin.Before(end); {
				call()
				now := time.Now()
				each[i] = append(each[i], now.Sub(begin))
				begin = now
			}
		})
	}
	all.Wait()
	return slices.Concat(each...)
}

// callers is how many call without a pause.
const callers = 16

// inTurns is an application of goroutines that take turns.
func inTurns(*testing.B) felt {
	return feltBy(callFor(callers, func(int) func() {
		return func() {
			runtime.Gosched()
			request()
		}
	}))
}

// server answers each byte of n connections on the loopback interface with a byte of work.
func server(b *testing.B, n int, work func() byte) (conns []net.Conn, stop func()) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	var serving sync.WaitGroup
	for range n {
		serving.Go(func() {
			c, err := l.Accept()
			if err != nil {
				b.Error(err)
				return
			}
			defer c.Close()
			for buf := make([]byte, 1); ; {
				if _, err := c.Read(buf); err != nil {
					return
				}
				buf[0] = work()
				if _, err := c.Write(buf); err != nil {
					return
				}
			}
		})
	}
	for range n {
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			b.Fatal(err)
		}
		conns = append(conns, c)
	}
	return conns, func() {
		for _, c := range conns {
			c.Close()
		}
		serving.Wait()
		l.Close()
	}
}

// ask sends a byte and waits for the answer.
func ask(b *testing.B, c net.Conn) {
	buf := []byte{1}
	if _, err := c.Write(buf); err != nil {
		b.Error(err)
	}
	if _, err := c.Read(buf); err != nil {
		b.Error(err)
	}
}

// overSockets is an application whose goroutines wait for the network.
func overSockets(b *testing.B) felt {
	conns, stop := server(b, callers, request)
	defer stop()
	return feltBy(callFor(callers, func(i int) func() { return func() { ask(b, conns[i]) } }))
}

// workers are four goroutines that do requests for others.
func workers() (work func() byte, stop func()) {
	requests := make(chan chan byte)
	var working sync.WaitGroup
	for range 4 {
		working.Go(func() {
			for answer := range requests {
				answer <- request()
			}
		})
	}
	answers := sync.Pool{New: func() any { return make(chan byte) }}
	return func() byte {
			answer := answers.Get().(chan byte)
			defer answers.Put(answer)
			requests <- answer
			return <-answer
		}, func() {
			close(requests)
			working.Wait()
		}
}

// overChannels is an application whose goroutines wait for each other. The runtime lets those that
// answer each other go on before others, so that a few calls take a thousand times as long as most.
func overChannels(*testing.B) felt {
	work, stop := workers()
	defer stop()
	return feltBy(callFor(callers, func(int) func() { return func() { work() } }))
}

// nowAndThen has n callers ask over the network, each after a pause of that mean length, and the server passes the question on over a channel.
func nowAndThen(b *testing.B, n int, pause time.Duration) []time.Duration {
	work, stopWork := workers()
	defer stopWork()
	conns, stop := server(b, n, work)
	defer stop()
	each := make([][]time.Duration, n)
	end := time.Now().Add(stretch)
	var all sync.WaitGroup
	for i := range each {
		all.Go(func() {
			for due := time.Now(); ; {
				due = due.Add(time.Duration(rand.ExpFloat64() * float64(pause)))
				if due.After(end) {
					return
				}
				time.Sleep(time.Until(due))
				begin := time.Now()
				ask(b, conns[i])
				each[i] = append(each[i], time.Since(begin))
			}
		})
	}
	all.Wait()
	return slices.Concat(each...)
}

// aThird is an application that keeps a third of two processors busy, by 11,000 requests a second.
func aThird(b *testing.B) felt { return feltBy(nowAndThen(b, 32, 3*time.Millisecond)) }

// aBurner is an application with a goroutine that does nothing but compute, whose work is counted, and
// few requests beside it, whose times are.
func aBurner(b *testing.B) felt {
	var stop atomic.Bool
	var done int
	var burning sync.WaitGroup
	burning.Go(func() {
		for ; !stop.Load(); done++ {
			request()
		}
	})
	f := feltBy(nowAndThen(b, 4, 2*time.Millisecond))
	stop.Store(true)
	burning.Wait()
	f.rate = float64(done)
	return f
}

// inBursts is an application that has 10 ms of work for a processor every 50 ms. The rate is that of its
// calls while there is work.
func inBursts(*testing.B) felt {
	const burst = 500
	var f felt
	var busy time.Duration
	for range stretch / (50 * time.Millisecond) {
		begin := time.Now()
		var left atomic.Int64
		left.Store(burst)
		var each [callers][]time.Duration
		var all sync.WaitGroup
		for i := range each {
			all.Go(func() {
				for begin := time.Now(); left.Add(-1) >= 0; {
					runtime.Gosched()
					request()
					now := time.Now()
					each[i] = append(each[i], now.Sub(begin))
					begin = now
				}
			})
		}
		all.Wait()
		busy += time.Since(begin)
		f.each = append(f.each, slices.Concat(each[:]...)...)
		time.Sleep(time.Until(begin.Add(50 * time.Millisecond)))
	}
	f.rate = float64(len(f.each)) / busy.Seconds()
	return f
}

// atRest is an application that does nothing.
func atRest(*testing.B) felt {
	time.Sleep(stretch)
	return felt{each: []time.Duration{1}, rate: 1}
}

// felt is what an application feels of whoever looks at it.
type felt struct {
	each []time.Duration // what its calls took
	rate float64         // of its work
}

func feltBy(each []time.Duration) felt { return felt{each, float64(len(each))} }

// BenchmarkYielding is what applications of seven kinds lose while a session scans a million entries
// without a pause, with several shares and the default one, and while a plain walk by reflect does.
// A stretch of each is followed by one with nobody looking, so that whatever else the machine does is
// in both. Reported are the medians of the ratios of two such stretches, in percent; p99.9 is that of
// all stretches together. "scan" is what was read, as a part of what is when the application rests.
func BenchmarkYielding(b *testing.B) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	m, reg := newMillion()
	const source = "count(c.items, .hits > 10)"
	type looking struct {
		name string
		look look
	}
	looks := []looking{{"default", scans(reg, source, 0)}}
	for _, n := range []int{8, 16, 32, 64, 128} {
		looks = append(looks, looking{fmt.Sprint("share=1:", n), scans(reg, source, 1/float64(n))})
	}
	looks = append(looks, looking{"all", scans(reg, source, 1)}, looking{"reflect", plainWalk(reflect.ValueOf(m.items))})
	for _, app := range []struct {
		name string
		run  func(b *testing.B) felt
	}{
		{"turns", inTurns}, {"sockets", overSockets}, {"channels", overChannels}, {"third", aThird},
		{"burner", aBurner}, {"bursts", inBursts}, {"rest", atRest},
	} {
		for _, l := range looks {
			b.Run(app.name+"/"+l.name, func(b *testing.B) {
				var alone, beside, rest []yielded
				for b.Loop() {
					alone = append(alone, measure(b, nobody, app.run))
					beside = append(beside, measure(b, l.look, app.run))
					if len(beside)%3 == 1 {
						rest = append(rest, measure(b, l.look, atRest))
					}
				}
				percent := func(unit string, of func(y yielded) float64) {
					ratios := make([]float64, len(alone))
					for i := range ratios {
						ratios[i] = 100 * of(beside[i]) / of(alone[i])
					}
					b.ReportMetric(medianOf(ratios), "%"+unit)
				}
				if app.name != "rest" {
					percent("rate", func(y yielded) float64 { return y.rate })
					percent("p50", func(y yielded) float64 { return y.at(500) })
					percent("p99", func(y yielded) float64 { return y.at(990) })
					b.ReportMetric(100*together(beside).at(999)/together(alone).at(999), "%p99.9")
				}
				scanned := func(ys []yielded) float64 {
					rates := make([]float64, len(ys))
					for i, y := range ys {
						rates[i] = float64(y.entries) / y.took.Seconds()
					}
					return medianOf(rates)
				}
				b.ReportMetric(100*scanned(beside)/scanned(rest), "%scan")
				b.ReportMetric(scanned(beside)/1e6, "Mentries/s")
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}

// yielded is a stretch of an application, and what was scanned meanwhile.
type yielded struct {
	measured
	rate float64
}

// measure measures a stretch of an application while l looks.
func measure(b *testing.B, l look, app func(b *testing.B) felt) (y yielded) {
	runtime.GC()
	y.measured = beside(b, l, func() []time.Duration {
		f := app(b)
		y.rate = f.rate
		return f.each
	})
	return y
}

// together is all stretches as one.
func together(ys []yielded) measured {
	var ms []measured
	for _, y := range ys {
		ms = append(ms, y.measured)
	}
	return pooled(ms)
}

func medianOf(xs []float64) float64 {
	slices.Sort(xs)
	return xs[len(xs)/2]
}
