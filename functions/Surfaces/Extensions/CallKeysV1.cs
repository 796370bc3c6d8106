using Byon.Functions.CallHandling;
using Byon.Functions.Http;
using Byon.Functions.Security;
using Byon.Platform;

namespace Byon.Functions.Surfaces.Extensions;

/// <summary>Our extension: keys pressed in a call, for clients that cannot press them on their media.</summary>
internal sealed class CallKeysV1(SessionKeys keys)
{
    public Surface Table => new(ApiVersions.CallKeys, Publication.Extension, "Call Keys",
    [
        new(HttpMethods.Post, "/sessions/{mediaSessionId}/keys", "pressKeys", [Scopes.KeysWrite], PressAsync)
        {
            Summary = "Presses keys in a connected call, one after the other, for the other side to hear",
            Parameters = [new(ParameterPlace.Path, "mediaSessionId", Schema.Text(256))],
            RequestBody = KeySequenceBody.Schema,
            Successes = [new(202)],
            Errors = [new(404, "NOT_FOUND"), new(409, "INCOMPATIBLE_STATE", "CONFLICT")],
        },
    ]);

    private async Task<IResult> PressAsync(HttpContext context, Caller caller, CancellationToken cancel)
    {
        var body = await RequestBody.ReadFieldsAsync(context.Request, cancel);
        var command = KeySequenceBody.Read(body);
        if (body.Violation is { } violation)
        {
            return violation;
        }

        var pressed = await keys.PressAsync(caller, context.RouteId("mediaSessionId"), command, cancel);
        return pressed.Answer(_ => TypedResults.StatusCode(StatusCodes.Status202Accepted));
    }
}
