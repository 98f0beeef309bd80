package main

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/fakestripe/fakestripe/internal/file"
	"github.com/fakestripe/fakestripe/webhooktest/load"
)

const maxSent = 256 << 20

// readSent reads the records of several instances.
func readSent(files []string) (all []*load.Sent, err error) {
	if len(files) == 0 {
		return nil, errors.New("--verify: name the files that --sent wrote, such as sent-*.json")
	}
	for _, name := range files {
		data, err := readRegular(name, maxSent)
		if err != nil {
			return nil, err
		}
		sent, err := load.ParseSent(data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", fileName(name), err)
		}
		all = append(all, sent...)
	}
	return all, nil
}

// sentReady checks before the load whether the file can be written.
func sentReady(name string) error {
	if name == "" {
		return nil
	}
	draft, err := file.NewDraft(file.Here{}, name, nil, 0)
	if err != nil {
		return fmt.Errorf("--sent %s: %w", name, err)
	}
	draft.Discard()
	return nil
}

func writeSent(name string, sent *load.Sent) error {
	line, err := json.Marshal(sent)
	if err != nil {
		return err
	}
	return replace("--sent", name, append(line, '\n'))
}
