package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"strings"
	"time"
)

// maxState bounds what is read of a state.
const maxState = 64 << 20

// state is how the handler's state is read, nil for not at all.
func (c *checking) state() (func(context.Context) (any, error), error) {
	switch {
	case c.stateURL != "" && c.stateCmd != "":
		return nil, errors.New("--state-url and --state-cmd: give one")
	case c.stateURL != "":
		url := c.stateURL
		if !strings.Contains(url, "://") {
			url = "http://" + url
		}
		return func(ctx context.Context) (any, error) { return stateFromURL(ctx, url) }, nil
	case c.stateCmd != "":
		return func(ctx context.Context) (any, error) { return stateFromCommand(ctx, c.stateCmd) }, nil
	}
	return nil, nil
}

func stateFromURL(ctx context.Context, url string) (any, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	switch {
	case answer.StatusCode == http.StatusNotFound || answer.StatusCode == http.StatusNoContent:
		return nil, nil
	case answer.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("%s answered %s", url, answer.Status)
	}
	return decodeState(answer.Body)
}

func stateFromCommand(ctx context.Context, line string) (any, error) {
	var said bytes.Buffer
	command := exec.CommandContext(ctx, "sh", "-c", line)
	command.Stderr = &said
	command.WaitDelay = time.Second
	output, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w: %s", line, err, strings.TrimSpace(said.String()))
	}
	state, err := decodeState(bytes.NewReader(output))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", line, err)
	}
	return state, nil
}

func decodeState(from io.Reader) (state any, err error) {
	data, err := io.ReadAll(io.LimitReader(from, maxState+1))
	if err == nil && len(data) > maxState {
		err = fmt.Errorf("larger than %d MiB", maxState>>20)
	}
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(data, &state); err != nil {
		return nil, fmt.Errorf("not JSON: %w", err)
	}
	return state, nil
}

// hook runs a command line, nil for none.
func hook(line string) func(context.Context) error {
	if line == "" {
		return nil
	}
	return func(ctx context.Context) error {
		said, err := exec.CommandContext(ctx, "sh", "-c", line).CombinedOutput()
		if err != nil {
			return fmt.Errorf("%s: %w: %s", line, err, bytes.TrimSpace(said))
		}
		return nil
	}
}
