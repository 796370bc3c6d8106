using Byon.Functions.CallHandling;
using Byon.Functions.Http;
using Byon.Platform.Records;

namespace Byon.Functions.Surfaces.Camara;

/// <summary>MediaSessionCreate of webrtc-call-handling.</summary>
internal static class CreateCallRequest
{
    public static NewCall Read(JsonFields body)
    {
        body.Forbid("answer", "must not be sent when a session is created.");
        return CallFields.NewCall(body, CallFields.Address) with
        {
            Emergency = body.OneOf("callType", "REGULAR", "EMERGENCY") == "EMERGENCY",
            Location = LocationDetails.Read(body),
        };
    }
}

/// <summary>MediaSessionStatusChange of webrtc-call-handling.</summary>
internal static class ChangeStatusRequest
{
    private static readonly string[] AllStatuses = Enum.GetNames<CallStatus>();

    public static StatusChange Read(JsonFields body)
    {
        var status = ReadStatus(body);
        var offer = CallFields.Sdp(body, "offer");
        var answer = CallFields.Sdp(body, "answer");
        if (offer is not null && answer is not null)
        {
            body.Reject("answer", "must not be sent together with an offer.");
        }

        LocationDetails.Read(body);
        var locationOnly = status == CallStatus.Connected && offer is null && answer is null && body.Has("locationDetails");
        return new StatusChange(status, offer, answer, locationOnly);
    }

    /// <summary>The status a device asks for; the others are the network's to tell.</summary>
    public static CallStatus ReadStatus(JsonFields body)
    {
        body.Require("status");
        var name = body.OneOf("status", AllStatuses);
        var status = name is not null && Enum.TryParse<CallStatus>(name, out var known) ? known : CallStatus.Initial;
        if (name is not null && !IsForDevices(status))
        {
            body.Reject("status", $"{name} is reported by the network; a device sets InProgress, Ringing, Connected, Hold or Resume.");
        }

        return status;
    }

    private static bool IsForDevices(CallStatus status) =>
        status is CallStatus.InProgress or CallStatus.Ringing or CallStatus.Connected or CallStatus.Hold or CallStatus.Resume;
}
