// Command cgo is an application with C in it, for the tests that look into one:
//
//	cgo SCENE TIME
//
// plays a scene for that long, and ends with the word ok and what it did, or with what
// was wrong.
package main

import (
	"fmt"
	"os"
	"sync/atomic"
	"time"
)

// scenes return what they did.
var scenes = map[string]func(stop *atomic.Bool) (did string, err error){
	"handles": handles,
	"handler": handler,
}

func main() {
	var stop atomic.Bool
	for range 1 {
		scene, known := scenes[os.Args[1]]
		d, err := time.ParseDuration(os.Args[2])
		if !known || err != nil {
			break
		}
		time.AfterFunc(d, func() { stop.Store(true) })
		did, err := scene(&stop)
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println("ok", did)
		return
	}
	fmt.Println("usage: cgo SCENE TIME")
	os.Exit(2)
}
