using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Byon.Functions.Triggers;
using Byon.Platform.Events;
using Byon.Tests.Functions.Tests.Delivery;
using Byon.Tests.Functions.Tests.Rig;
using Byon.Tests.TestKit;

namespace Byon.Tests.Functions.Tests.Triggers;

public sealed class DeliverFunctionTests(ApiRig rig) : ApiTest(rig)
{
    private readonly DeliveryBench _bench = new(rig);

    [Fact]
    public async Task AMessageOfOursIsServed()
    {
        var reader = await _bench.AddReaderAsync(record => record with { Kinds = Byon.Platform.Records.EventKinds.RegistrationEnds });
        await _bench.AppendAsync(3);
        Assert.Equal(HttpStatusCode.OK, await PostAsync(_bench.Queue.Write(new DeliveryRequest(_bench.Device, null)), 1));
        Assert.Equal(3, (await _bench.ReadAsync(reader))!.Progress.Cursor);
    }

    [Fact]
    public async Task WhatIsNoMessageOfOursFailsAndIsNotedWithItsLastTry()
    {
        var id = Guid.NewGuid().ToString();
        Assert.Equal(HttpStatusCode.InternalServerError, await PostAsync("""{"sealed":"AQID"}""", 4, id));
        Assert.DoesNotContain(await _bench.Undelivered.ListAsync(DateTimeOffset.UtcNow, default), row => row.What == id);
        Assert.Equal(HttpStatusCode.InternalServerError, await PostAsync("""{"sealed":"AQID"}""", 5, id));
        var noted = Assert.Single(await _bench.Undelivered.ListAsync(DateTimeOffset.UtcNow, default), row => row.What == id);
        Assert.Equal((null, "not a message of this pool", 5), (noted.ReaderId, noted.Cause, noted.Attempts));
    }

    [Fact]
    public void TheLastTryIsTheOneHostJsonSays()
    {
        var host = JsonNode.Parse(File.ReadAllText(RepositoryRoot.Combine("host.json")))!;
        Assert.Equal(DeliverFunction.MaximumTries, (int)host["extensions"]!["queues"]!["maxDequeueCount"]!);
        Assert.Equal("none", (string?)host["extensions"]!["queues"]!["messageEncoding"]);
    }

    [Fact]
    public void AMessageNamesNobody()
    {
        var message = _bench.Queue.Write(new DeliveryRequest(_bench.Device, "reader"));
        Assert.DoesNotContain(_bench.Device.PhoneNumber[1..], message, StringComparison.Ordinal);
        Assert.DoesNotContain(_bench.Device.DeviceId, message, StringComparison.Ordinal);
        Assert.Equal(new DeliveryRequest(_bench.Device, "reader"), _bench.Queue.Read(message));
        Assert.Null(new DeliveryQueue(Rig.Queues, new byte[32]).Read(message));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("7")]
    [InlineData("{}")]
    [InlineData("""{"sealed":7}""")]
    [InlineData("""{"sealed":""}""")]
    public void ForeignTextIsNoMessage(string text) => Assert.Null(_bench.Queue.Read(text));

    private async Task<HttpStatusCode> PostAsync(string message, int dequeueCount, string id = "m")
    {
        var envelope = new JsonObject
        {
            ["Data"] = new JsonObject { ["message"] = JsonValue.Create(message).ToJsonString() },
            ["Metadata"] = new JsonObject { ["DequeueCount"] = $"{dequeueCount}", ["Id"] = $"\"{id}\"" },
        };
        using var answer = await Rig.Http.PostAsync("/deliver", new StringContent(envelope.ToJsonString(), Encoding.UTF8, "application/json"));
        Assert.StartsWith("{", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        return answer.StatusCode;
    }
}
