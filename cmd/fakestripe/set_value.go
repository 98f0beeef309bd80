package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/fakestripe/fakestripe/webhooktest"
)

// parseValue parses a value as JSON, or takes it as text if it does not look like JSON.
func parseValue(value string) (any, error) {
	var raw json.RawMessage
	err := json.Unmarshal([]byte(value), &raw)
	switch {
	case err == nil:
		return json.RawMessage(value), nil
	case value != "" && strings.ContainsRune(`{["`, rune(value[0])):
		return nil, fmt.Errorf("the value is not JSON: %w", err)
	}
	return value, nil
}

// parsedFor parses a value for a path: metadata is always text.
func parsedFor(path, value string) (any, error) {
	typed, err := parseValue(value)
	raw, isJSON := typed.(json.RawMessage)
	if isJSON && strings.Contains(path, ".metadata.") && !strings.ContainsRune(`"n{[`, rune(raw[0])) {
		return value, nil
	}
	return typed, err
}

// hasPlaceholder reports whether a value differs per object: {n}, the number of the
// object, {order}, {pi} and others from fixtures.
func hasPlaceholder(value string) bool {
	var source webhooktest.Source
	event, err := source.Event("payment_intent.succeeded")
	return strings.Contains(value, "{n}") || err == nil && event.Fill(value) != value
}

// explain adds the command's remedy to an error of the library.
func explain(err error) error {
	if errors.Is(err, webhooktest.ErrNoPath) {
		return fmt.Errorf("%w (--add creates a path)", err)
	}
	return err
}
