using System.Buffers;
using Byon.Functions.CallHandling;
using Byon.Functions.Http;
using Byon.Platform.Control;

namespace Byon.Functions.Surfaces.Extensions;

/// <summary>The body of call-keys.</summary>
internal static class KeySequenceBody
{
    private const int MostKeys = 32;

    /// <summary>Milliseconds. Below, phones may not tell two presses apart (ITU-T Q.24); above, a telephone event runs out of its duration (RFC 4733 §2.3.5).</summary>
    private const int Shortest = 80;

    private const int Longest = 5_000;
    private const int Usual = 100;

    private static readonly SearchValues<char> Keys = SearchValues.Create("0123456789*#ABCD");

    public static readonly Schema Schema = Schema.Object(
        "KeySequence",
        new("keys", Schema.Text(MostKeys, "^[0-9*#A-D]{1,32}$") with { MinimumLength = 1, Description = "In the order in which they are pressed." }, Required: true),
        new("duration", Milliseconds("How long each key is held down, in milliseconds; 100 where absent.")),
        new("gap", Milliseconds("Silence between two keys, in milliseconds; 100 where absent.")),
        new("clientCorrelator", Schema.Text(CallFields.MaximumNameLength) with { Description = "Keys that come again with the same mark are pressed once." }));

    public static PressKeysCommand Read(JsonFields body)
    {
        var keys = body.RequiredText("keys", MostKeys);
        if (keys.Length == 0 || keys.AsSpan().ContainsAnyExcept(Keys))
        {
            body.Reject("keys", "must hold keys of 0-9, *, # and A-D only, and at least one.");
        }

        return new PressKeysCommand(
            keys, body.Integer("duration", Shortest, Longest) ?? Usual, body.Integer("gap", Shortest, Longest) ?? Usual, CallFields.Correlator(body));
    }

    private static Schema Milliseconds(string description) => new("integer") { Minimum = Shortest, Maximum = Longest, Description = description };
}
