package telnet

import (
	"bytes"
	"io"
	"math"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sightglass-go/sightglass/internal/attack"
	"github.com/sightglass-go/sightglass/internal/console"
)

// reclaims runs an attack and waits until all its goroutines are gone and its memory is freed,
// apart from the log and some noise.
func (v *served) reclaims(t *testing.T, attack func()) {
	t.Helper()
	const noise = 4 << 20
	bytes, goroutines := footprint()
	attack()
	end := time.Now().Add(patience)
	for {
		b, g := footprint()
		if b -= v.log.size(); b < bytes+noise && g <= goroutines {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("%d bytes and %d goroutines became %d and %d", bytes, goroutines, b, g)
		}
	}
	if log := v.log.String(); strings.Contains(log, "panicked") {
		t.Errorf("a session panicked:\n%s", log)
	}
}

// keepsAnswering checks that the session of c answers, at least once and until stop is true. It
// returns the time of its slowest answer.
func (c *client) keepsAnswering(stop *atomic.Bool) (slowest time.Duration) {
	c.t.Helper()
	for n := 0; n == 0 || !stop.Load(); n++ {
		began := time.Now()
		c.conn.SetDeadline(began.Add(patience))
		c.send("still there\n")
		if got := c.answer(); got != "still there\r\n" {
			c.t.Errorf("the established session got %q", got)
		}
		slowest = max(slowest, time.Since(began))
	}
	return slowest
}

// TestAttackConnections makes 500 connections a second. Two thirds of them send something; the
// others close before they are greeted.
func TestAttackConnections(t *testing.T) {
	for name, limits := range map[string]*Server{
		"by rate":     {AnyUser: true, asked: otherUsers()},
		"by sessions": {MaxRate: -1},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, limits, "tcp", "127.0.0.1:0")
			c := s.dial(t)
			c.answer()
			s.reclaims(t, func() {
				stop := attack.Stop(t)
				var clients sync.WaitGroup
				var made, refused atomic.Int64
				clients.Go(func() {
					tick := time.NewTicker(time.Second / 500)
					defer tick.Stop()
					began := time.Now()
					for n := 0; !stop.Load(); n++ {
						if n > int(500*time.Since(began).Seconds()) {
							<-tick.C
						}
						clients.Go(func() {
							conn, err := net.Dial("tcp", s.addr.String())
							if err != nil {
								t.Error(err)
								return
							}
							defer conn.Close()
							made.Add(1)
							if n%3 == 0 {
								return
							}
							conn.SetDeadline(time.Now().Add(patience))
							conn.Write([]byte("1\nquit\n"))
							if got, _ := io.ReadAll(conn); bytes.HasPrefix(got, []byte("too many ")) {
								refused.Add(1)
							}
						})
					}
				})
				slowest := c.keepsAnswering(stop)
				clients.Wait()
				t.Logf("%d connections, %d of them refused as too many; the established session answered within %v", made.Load(), refused.Load(), slowest)
				if name == "by rate" && refused.Load() == 0 {
					t.Error("none was refused")
				}
			})
		})
	}
}

// TestAttackNeverReads asks for 100 MB and reads nothing. That costs the server one buffer until
// the deadline, and delays nobody else.
func TestAttackNeverReads(t *testing.T) {
	s := serve(t, &Server{WriteTimeout: time.Second}, "tcp", "127.0.0.1:0")
	other := s.dial(t)
	other.answer()
	s.reclaims(t, func() {
		before, _ := footprint()
		c := s.dial(t)
		c.answer()
		c.send(strings.Repeat("flood\n", 120)) // 0.9 MB each
		<-s.began
		var most int
		for done := new(atomic.Bool); !strings.Contains(s.log.String(), "a session was cut off"); {
			done.Store(true) // one answer
			other.keepsAnswering(done)
			// What is made while the collector runs counts as in use until it runs again. What is held
			// is there each time.
			held := math.MaxInt
			for range 3 {
				now, _ := footprint()
				held = min(held, now-before)
			}
			most = max(most, held)
		}
		t.Logf("it took at most %d KiB", most>>10)
		if most > 8<<20 {
			t.Errorf("the session held %d bytes", most)
		}
		c.conn.Close()
	})
}

// TestAttackResets resets connections in the middle of an answer.
func TestAttackResets(t *testing.T) {
	s := serve(t, &Server{MaxRate: -1, MaxSessions: 1000}, "tcp", "127.0.0.1:0")
	s.reclaims(t, func() {
		var clients sync.WaitGroup
		for range 30 {
			clients.Go(func() {
				conn, err := net.Dial("tcp", s.addr.String())
				if err != nil {
					t.Error(err)
					return
				}
				conn.SetDeadline(time.Now().Add(patience))
				conn.Write([]byte("flood\n"))
				io.ReadFull(conn, make([]byte, 2000))
				conn.(*net.TCPConn).SetLinger(0)
				conn.Close()
			})
		}
		clients.Wait()
	})
}

// TestAttackLongLine sends a line of 10 MB, in either mode.
func TestAttackLongLine(t *testing.T) {
	s := serve(t, &Server{}, "tcp", "127.0.0.1:0")
	for name, open := range map[string]func(*testing.T) *client{"65,536": s.dial, "8,192": s.character} {
		s.reclaims(t, func() {
			c := open(t)
			go func() {
				c.conn.Write(bytes.Repeat([]byte("0123456789"), 1<<20))
				c.conn.Write([]byte("\r"))
			}()
			got := c.waitFor("the line is longer than " + name + " bytes and was not evaluated")
			if len(got) > 500_000 {
				t.Errorf("up to %s bytes: %d came", name, len(got))
			}
			c.send("after\r")
			c.waitFor("after\r\n> ")
			c.conn.Close()
		})
	}
}

// TestAttackNoise sends random bytes. Many of them mean something to telnet or a terminal.
func TestAttackNoise(t *testing.T) {
	s := serve(t, &Server{MaxRate: -1, MaxSessions: 1000}, "tcp", "127.0.0.1:0")
	const likely = "\xff\xff\xff\xfa\xf0\xfb\xfc\xfd\xfe\x01\x03\x06\x18\x1f\x1b[O;~\r\n\x00\x09\x7f(\"e\xcc\x81"
	s.reclaims(t, func() {
		stop := attack.Stop(t)
		var clients sync.WaitGroup
		for range 8 {
			clients.Go(func() {
				for !stop.Load() {
					conn, err := net.Dial("tcp", s.addr.String())
					if err != nil {
						t.Error(err)
						return
					}
					conn.SetDeadline(time.Now().Add(patience))
					var reader sync.WaitGroup
					reader.Go(func() { io.Copy(io.Discard, conn) })
					for noise := make([]byte, 1+rand.IntN(2000)); !stop.Load() && rand.IntN(50) > 0; {
						for i := range noise {
							if noise[i] = byte(rand.Uint32()); rand.IntN(3) > 0 {
								noise[i] = likely[rand.IntN(len(likely))]
							}
						}
						if _, err := conn.Write(noise); err != nil {
							break
						}
					}
					conn.Close()
					reader.Wait()
				}
			})
		}
		clients.Wait()
	})
}

// A client that sends a byte a second is served like any other. Time is that of a synctest bubble.
func TestAttackByteASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &Server{Name: "-"}
		s.newEvaluator = func() console.Evaluator { return &fake{} }
		here, there := net.Pipe()
		over := make(chan error, 1)
		go func() { over <- s.ServeConn(here) }()
		got := make(chan string, 1)
		go func() {
			b, _ := io.ReadAll(there)
			got <- string(b)
		}()
		time.Sleep(time.Minute)
		const line = "a line of some length, that takes its time"
		for _, b := range []byte("\xff\xfd\x01" + strings.Repeat(line+"\r\x00", 50) + "\x04") {
			time.Sleep(time.Second)
			there.Write([]byte{b})
		}
		if err := <-over; err != nil {
			t.Error(err)
		}
		there.Close()
		if n := strings.Count(<-got, "\r\n"+line+"\r\n> "); n != 50 {
			t.Errorf("%d lines were answered", n)
		}
	})
}
