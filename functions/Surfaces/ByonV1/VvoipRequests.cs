using Byon.Functions.CallHandling;
using Byon.Functions.Http;
using Byon.Functions.Surfaces.Camara;

namespace Byon.Functions.Surfaces.ByonV1;

internal static class VvoipRequests
{
    public static NewCall ReadNewCall(JsonFields body)
    {
        body.Forbid("answer", "must not be sent when a session is created; the offer must.");
        body.Forbid("vvoipSessionId", "is given by the server.");
        return CallFields.NewCall(body, Address) with { ClientCorrelator = CallFields.Correlator(body) };
    }

    /// <summary>The examples of the definition wrap the change in ReceiverSessionStatus, its schema does not: both are read.</summary>
    public static StatusChange ReadStatusChange(JsonFields body)
    {
        var change = CallFields.Unwrapped(body);
        var status = ChangeStatusRequest.ReadStatus(change);
        change.Texts(CallFields.MaximumNameLength, "receiverName", "receiverAddress");
        return new StatusChange(status, CallFields.Sdp(change, "offer"), CallFields.Sdp(change, "answer"), LocationOnly: false);
    }

    private static string Address(JsonFields body, string name)
    {
        var text = body.RequiredText(name, CallAddress.MaximumLength);
        var address = ByonAddress.Normalize(text);
        if (address is null)
        {
            body.Reject(name, "is not an address: tel:+NUMBER, +NUMBER or sip:USER@DOMAIN.");
        }

        return address ?? text;
    }
}
