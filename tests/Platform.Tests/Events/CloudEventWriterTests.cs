using System.Text;
using System.Text.Json;
using Byon.Platform.Events;
using Byon.Platform.Records;

namespace Byon.Tests.Platform.Tests.Events;

public class CloudEventWriterTests
{
    private static readonly DeviceKey Device = new("+34600111222", "my laptop/1");
    private static readonly DateTimeOffset Time = new(2026, 11, 21, 12, 0, 0, 250, TimeSpan.FromHours(2));

    private static readonly CallEventData Invitation = new(
        true, "m-1", 1, CallStatus.Initial, "tel:+34600333444", "Ann", "tel:+34600111222", null, "v=0\r\n", null, null, null);

    [Fact]
    public void An_invitation_has_the_apis_names() => Check(
        Invitation,
        """
        {"id":"e-1","source":"/devices/my%20laptop%2F1","type":"org.camaraproject.webrtc-events.v0.session-invitation","specversion":"1.0",
        "time":"2026-11-21T10:00:00.250Z","datacontenttype":"application/json","cursor":"42",
        "data":{"mediaSessionId":"m-1","originatorAddress":"tel:+34600333444","originatorName":"Ann","receiverAddress":"tel:+34600111222",
        "status":"Initial","offer":{"sdp":"v=0\r\n"},"sequenceNumber":1}}
        """);

    [Fact]
    public void A_reader_of_the_call_status_is_told_nothing_of_the_call()
    {
        var reader = Reader(EventDialect.CallStatus) with { Kinds = EventKinds.LineStatus };
        var json = CloudEventWriter.Write(new DeviceEvent(Device, 42, "e-1", Time, Invitation with { Line = LineStatus.Ringing }), reader);
        Assert.Equal(
            """
            {"id":"e-1","source":"/devices/my%20laptop%2F1","type":"org.byon-serverless.call-status.v1.call-status-changed","specversion":"1.0","time":"2026-11-21T10:00:00.250Z","datacontenttype":"application/json","cursor":"42","data":{"subscriptionId":"sub-1","deviceId":"my laptop/1","callStatus":"RINGING"}}
            """,
            Encoding.UTF8.GetString(json));
    }

    [Fact]
    public void An_invitation_may_say_where_the_caller_is() => Check(
        Invitation with
        {
            Location = new CallLocation(new CircleArea(40.5, -3.25, 35), null, "GPS", new LocationConfidence("normal", 95), Time),
        },
        """
        {"id":"e-1","source":"/devices/my%20laptop%2F1","type":"org.camaraproject.webrtc-events.v0.session-invitation","specversion":"1.0",
        "time":"2026-11-21T10:00:00.250Z","datacontenttype":"application/json","cursor":"42",
        "data":{"mediaSessionId":"m-1","originatorAddress":"tel:+34600333444","originatorName":"Ann","receiverAddress":"tel:+34600111222",
        "status":"Initial","offer":{"sdp":"v=0\r\n"},
        "locationDetails":{"shape":"Circle","coordinates":{"latitude":40.5,"longitude":-3.25,"radius":35},"method":"GPS",
        "confidence":{"pdf":"normal","value":95},"timestamp":"2026-11-21T10:00:00.250Z"},"sequenceNumber":1}}
        """);

    [Fact]
    public void A_location_may_be_an_ellipsoid_and_say_no_more() => Check(
        Invitation with
        {
            OriginatorName = null,
            OfferSdp = null,
            Location = new CallLocation(null, new EllipsoidArea(1, 2, 3, 4, 5, 6, 7), null, null, null),
        },
        """
        {"id":"e-1","source":"/devices/my%20laptop%2F1","type":"org.camaraproject.webrtc-events.v0.session-invitation","specversion":"1.0",
        "time":"2026-11-21T10:00:00.250Z","datacontenttype":"application/json","cursor":"42",
        "data":{"mediaSessionId":"m-1","originatorAddress":"tel:+34600333444","receiverAddress":"tel:+34600111222","status":"Initial",
        "locationDetails":{"shape":"Ellipsoid","coordinates":{"latitude":1,"longitude":2,"zAxis":3,"semiMajorAxis":4,"semiMinorAxis":5,
        "verticalAxis":6,"orientation":7}},"sequenceNumber":1}}
        """);

    [Fact]
    public void An_ending_says_why_in_words_and_as_data() => Check(
        Invitation with
        {
            Invitation = false,
            SequenceNumber = 3,
            Status = CallStatus.Busy,
            OriginatorName = null,
            OfferSdp = null,
            ReceiverName = "Bob \"B\"",
            Reason = "The line is busy (486 Busy Here)",
            Ending = new CallEnding(CallEndClass.Network, "busy", "486 Busy Here"),
        },
        """
        {"id":"e-1","source":"/devices/my%20laptop%2F1","type":"org.camaraproject.webrtc-events.v0.session-status","specversion":"1.0",
        "time":"2026-11-21T10:00:00.250Z","datacontenttype":"application/json","cursor":"42",
        "data":{"mediaSessionId":"m-1","originatorAddress":"tel:+34600333444","receiverAddress":"tel:+34600111222","receiverName":"Bob \"B\"",
        "status":"Busy","reason":"The line is busy (486 Busy Here)","sequenceNumber":3,
        "ending":{"class":"Network","reason":"busy","sipLine":"486 Busy Here"}}}
        """);

    [Theory]
    [InlineData(RegistrationEndReason.RegistrationExpired, "REGISTRATION_EXPIRED")]
    [InlineData(RegistrationEndReason.NetworkTerminated, "NETWORK_TERMINATED")]
    public void The_end_of_a_registration_has_the_apis_names(RegistrationEndReason reason, string expected) => Check(
        new RegistrationEndedData("r-1", reason, "because"),
        $$$"""
        {"id":"e-1","source":"/devices/my%20laptop%2F1","type":"org.camaraproject.webrtc-events.v0.registration-ends","specversion":"1.0",
        "time":"2026-11-21T10:00:00.250Z","datacontenttype":"application/json","cursor":"42",
        "data":{"registrationId":"r-1","terminationReason":"{{{expected}}}","terminationDescription":"because"}}
        """);

    [Fact]
    public void A_milestone_has_no_cursor()
    {
        using var json = JsonDocument.Parse(CloudEventWriter.WriteMilestone(Device, new CallMilestoneData("m-1", "ice.connected", null), Time));

        Assert.Equal("org.byon-serverless.call-milestone.v0", json.RootElement.GetProperty("type").GetString());
        Assert.False(json.RootElement.TryGetProperty("cursor", out _));
        Assert.Equal("""{"mediaSessionId":"m-1","milestone":"ice.connected"}""", json.RootElement.GetProperty("data").GetRawText());
    }

    [Theory]
    [InlineData(EventDialect.Camara, "org.camaraproject.webrtc-events.v0.")]
    [InlineData(EventDialect.CamaraR22, "org.camaraproject.webrtc-events.v0.")]
    [InlineData(EventDialect.CamaraSubscriptions, "org.camaraproject.webrtc-events-subscriptions.v0.")]
    public void A_subscription_is_told_in_the_names_of_its_surface_and_named(EventDialect dialect, string prefix)
    {
        using var json = JsonDocument.Parse(CloudEventWriter.Write(new DeviceEvent(Device, 42, "e-1", Time, Invitation), Reader(dialect)));
        Assert.Equal(prefix + "session-invitation", json.RootElement.GetProperty("type").GetString());
        Assert.Equal("sub-1", json.RootElement.GetProperty("data").GetProperty("subscriptionId").GetString());
    }

    [Theory]
    [InlineData(ReaderEndReason.NetworkTerminated, "NETWORK_TERMINATED")]
    [InlineData(ReaderEndReason.SubscriptionExpired, "SUBSCRIPTION_EXPIRED")]
    [InlineData(ReaderEndReason.MaxEventsReached, "MAX_EVENTS_REACHED")]
    [InlineData(ReaderEndReason.AccessTokenExpired, "ACCESS_TOKEN_EXPIRED")]
    [InlineData(ReaderEndReason.SubscriptionDeleted, "SUBSCRIPTION_DELETED")]
    public void The_end_of_a_subscription_has_the_apis_names(ReaderEndReason reason, string expected)
    {
        var written = CloudEventWriter.WriteSubscriptionEnded(Reader(EventDialect.Camara) with { EndReason = reason }, "e-9", Time);
        Assert.True(JsonElement.DeepEquals(
            JsonElement.Parse(
                $$$"""
                {"id":"e-9","source":"/devices/my%20laptop%2F1","type":"org.camaraproject.webrtc-events.v0.subscription-ended","specversion":"1.0",
                "time":"2026-11-21T10:00:00.250Z","datacontenttype":"application/json","data":{"subscriptionId":"sub-1","terminationReason":"{{{expected}}}"}}
                """),
            JsonElement.Parse(Encoding.UTF8.GetString(written))));
    }

    private static ReaderRecord Reader(EventDialect dialect) => new()
    {
        ReaderId = "sub-1",
        PhoneNumber = Device.PhoneNumber,
        DeviceId = Device.DeviceId,
        ClientId = "c",
        Subject = "s",
        Kind = ReaderKind.Webhook,
        Dialect = dialect,
        Target = "https://asp.example/sink",
        Kinds = EventKinds.All,
        CreatedAt = Time,
    };

    private static void Check(DeviceEventData data, string expected)
    {
        var written = Encoding.UTF8.GetString(CloudEventWriter.Write(new DeviceEvent(Device, 42, "e-1", Time, data)));

        Assert.True(
            JsonElement.DeepEquals(JsonElement.Parse(expected), JsonElement.Parse(written)), $"expected {expected}{Environment.NewLine}written {written}");
    }
}
