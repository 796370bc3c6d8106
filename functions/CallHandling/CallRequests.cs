using System.Text;
using Byon.Functions.Http;
using Byon.Platform.Records;

namespace Byon.Functions.CallHandling;

/// <summary>MediaSessionCreate of webrtc-call-handling.</summary>
internal sealed record CreateCallRequest(
    string OriginatorAddress, string? OriginatorName, string ReceiverAddress, string? ReceiverName, string OfferSdp, bool Emergency)
{
    public static CreateCallRequest Read(JsonFields body)
    {
        var request = new CreateCallRequest(
            CallFields.Address(body, "originatorAddress"),
            body.Text("originatorName", CallFields.MaximumNameLength),
            CallFields.Address(body, "receiverAddress"),
            body.Text("receiverName", CallFields.MaximumNameLength),
            CallFields.RequiredSdp(body, "offer"),
            body.OneOf("callType", "REGULAR", "EMERGENCY") == "EMERGENCY");
        LocationDetails.Check(body);
        body.Forbid("answer", "must not be sent when a session is created.");
        body.Forbid("status", "must not be sent when a session is created.");
        if (CallAddress.IsAnonymous(request.ReceiverAddress))
        {
            body.Reject("receiverAddress", "must not be the anonymous address.");
        }

        return request;
    }
}

/// <summary>MediaSessionStatusChange of webrtc-call-handling.</summary>
/// <param name="LocationOnly">Connected with a location and no SDP: tells where the device is and changes nothing.</param>
internal sealed record ChangeStatusRequest(CallStatus Status, string? OfferSdp, string? AnswerSdp, bool LocationOnly)
{
    private static readonly string[] AllStatuses = Enum.GetNames<CallStatus>();

    public static ChangeStatusRequest Read(JsonFields body)
    {
        body.Require("status");
        var name = body.OneOf("status", AllStatuses);
        var status = name is not null && Enum.TryParse<CallStatus>(name, out var known) ? known : CallStatus.Initial;
        if (name is not null && !IsForDevices(status))
        {
            body.Reject("status", $"{name} is reported by the network; a device sets InProgress, Ringing, Connected, Hold or Resume.");
        }

        var offer = CallFields.Sdp(body, "offer");
        var answer = CallFields.Sdp(body, "answer");
        if (offer is not null && answer is not null)
        {
            body.Reject("answer", "must not be sent together with an offer.");
        }

        LocationDetails.Check(body);
        var locationOnly = status == CallStatus.Connected && offer is null && answer is null && body.Has("locationDetails");
        return new ChangeStatusRequest(status, offer, answer, locationOnly);
    }

    private static bool IsForDevices(CallStatus status) =>
        status is CallStatus.InProgress or CallStatus.Ringing or CallStatus.Connected or CallStatus.Hold or CallStatus.Resume;
}

internal static class CallFields
{
    public const int MaximumNameLength = 256;
    private const int MaximumSdpLength = 65_536;

    public static string Address(JsonFields body, string name)
    {
        var address = body.RequiredText(name, CallAddress.MaximumLength);
        if (!CallAddress.IsValid(address))
        {
            body.Reject(name, "is not an address: tel:+NUMBER, sip:USER@DOMAIN, or one of the other forms of the API definition.");
        }

        return address;
    }

    public static string? Sdp(JsonFields body, string name)
    {
        if (body.Object(name) is not { } description)
        {
            return null;
        }

        var sdp = description.RequiredText("sdp", MaximumSdpLength);
        if (sdp.Length == 0)
        {
            description.Reject("sdp", "is empty.");
        }
        else if (Encoding.UTF8.GetByteCount(sdp) > MaximumSdpLength)
        {
            description.Reject("sdp", $"is longer than {MaximumSdpLength} bytes.");
        }

        return sdp;
    }

    public static string RequiredSdp(JsonFields body, string name)
    {
        body.Require(name);
        return Sdp(body, name) ?? "";
    }
}
