using System.Text;
using Byon.Functions.Triggers;

namespace Byon.Tests.Functions.Tests.Triggers;

/// <summary>Envelopes as the Functions host writes them, and what else may lie on the port.</summary>
public class TriggerEnvelopeTests
{
    private const string FromHost = """
        { "Data": { "message": "\"{\\\"sealed\\\":\\\"AQID\\\"}\"" },
          "Metadata": { "DequeueCount": "3", "Id": "\"800ae4b3-bdd2-4c08-badd-f08e5a34b865\"", "PopReceipt": "\"AgAA\"",
            "InsertionTime": "2026-01-01T00:00:00+00:00", "sealed": "AQID", "sys": { "MethodName": "deliver", "UtcNow": "2026-01-01T00:00:00Z", "RandGuid": "r" } } }
        """;

    [Fact]
    public async Task AQueueMessageIsDecodedTwice()
    {
        var envelope = await ReadAsync(FromHost);
        Assert.Equal(new TriggerEnvelope("""{"sealed":"AQID"}""", "800ae4b3-bdd2-4c08-badd-f08e5a34b865", 3), envelope);
    }

    [Theory]
    [InlineData("""{"Data":{"message":"plain text"},"Metadata":{}}""", "plain text")]
    [InlineData("""{"Data":{"message":"{\"a\":1}"},"Metadata":{"DequeueCount":2}}""", """{"a":1}""")]
    [InlineData("""{"Data":{"message":{"a":1}}}""", """{"a":1}""")]
    [InlineData("""{"Data":{"timer":{"ScheduleStatus":null,"IsPastDue":false}},"Metadata":{"sys":{}}}""", null)]
    [InlineData("""{}""", null)]
    [InlineData("""{"Data":[],"Metadata":7}""", null)]
    public async Task OtherFormsAreReadAsFarAsTheyGo(string body, string? message) => Assert.Equal(message, (await ReadAsync(body))!.Message);

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("text")]
    public async Task WhatIsNoObjectIsNoEnvelope(string body) => Assert.Null(await ReadAsync(body));

    [Fact]
    public async Task NoPrefixAndNoMutationOfAnEnvelopeThrows()
    {
        var random = new Random(7);
        for (var length = 0; length <= FromHost.Length; length++)
            await ReadAsync(FromHost[..length]);
        for (var round = 0; round < 2_000; round++)
        {
            var octets = Encoding.UTF8.GetBytes(FromHost);
            for (var change = 0; change < 3; change++)
                octets[random.Next(octets.Length)] = (byte)random.Next(256);
            await TriggerEnvelope.ReadAsync(new MemoryStream(octets), "message", default);
        }
    }

    private static Task<TriggerEnvelope?> ReadAsync(string body) => TriggerEnvelope.ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes(body)), "message", default);
}
