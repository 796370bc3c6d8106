using Byon.Functions.CallHandling;
using Byon.Functions.Http;
using Byon.Functions.Surfaces.Camara;

namespace Byon.Functions.Surfaces.CamaraR22;

/// <summary>MediaSessionInformation of webrtc-call-handling 0.3, which is the body of every request.</summary>
internal static class R22CallRequests
{
    public static NewCall ReadNewCall(JsonFields body)
    {
        body.Forbid("answer", "must not be sent when a session is created.");
        body.Forbid("mediaSessionId", "is given by the server.");
        PassOverServerMembers(body);
        return CallFields.NewCall(body, Address) with { ClientCorrelator = CallFields.Correlator(body) };
    }

    /// <summary>The examples of the definition wrap the change in receiverSessionStatus, its schema does not: both are read.</summary>
    public static StatusChange ReadStatusChange(JsonFields body)
    {
        var change = CallFields.Unwrapped(body);
        var status = ChangeStatusRequest.ReadStatus(change);
        var read = new StatusChange(status, CallFields.Sdp(change, "offer"), CallFields.Sdp(change, "answer"), LocationOnly: false);

        // A client may send the whole session back; nothing else of it can change.
        change.Texts(CallFields.MaximumNameLength, "originatorAddress", "originatorName", "receiverAddress", "receiverName", "mediaSessionId");
        change.Texts(CallFields.MaximumNameLength, "clientCorrelator");
        PassOverServerMembers(change);
        return read;
    }

    private static string Address(JsonFields body, string name)
    {
        var address = body.RequiredText(name, CallAddress.MaximumLength);
        if (!R22Address.IsValid(address))
        {
            body.Reject(name, "is not an address: tel:+NUMBER or sip:USER@DOMAIN.");
        }

        return address;
    }

    private static void PassOverServerMembers(JsonFields body) => body.PassOver("callObjectRef", "serverCorrelator", "offerRequired", "reason", "sequenceNumber");
}
