using System.Net.Sockets;
using System.Reflection;
using System.Text;
using Byon.Functions;
using Byon.Functions.Surfaces;
using Byon.Tests.Functions.Tests.Rig;
using Microsoft.Extensions.DependencyInjection;

namespace Byon.Tests.Functions.Tests.Contract;

/// <summary>Every error that a document promises really comes, on every operation that promises it.</summary>
public sealed class ErrorRowTests(ApiRig rig) : ApiTest(rig)
{
    /// <summary>Answered by routing, outside of any operation.</summary>
    private const string OfRouting = "METHOD_NOT_ALLOWED";

    /// <summary>Needs a body that does not come: provoked for all operations at once.</summary>
    private const string SlowBody = "TIMEOUT";

    [Fact]
    public async Task EveryErrorOfEveryOperationCanBeProvoked()
    {
        await using var instances = await SpoiledInstances.StartAsync(Rig);
        var provocations = new ErrorProvocations(Rig, instances);
        var rows = Rows().Where(row => row.Code != SlowBody).ToList();
        Assert.InRange(rows.Count, 300, 3000);
        Assert.DoesNotContain(rows, row => !provocations.Knows(row.Code));
        var wrong = new List<string>();
        foreach (var row in rows)
        {
            var answer = await provocations.ProvokeAsync(row);
            if (answer.Status != row.Status || answer.Code != row.Code)
                wrong.Add($"{row}: {answer.Status} {answer.Text}");
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void EveryProblemIsPromisedBySomeOperation()
    {
        var promised = Rows().Select(row => (row.Status, row.Code)).ToHashSet();
        var problems = typeof(Problems).GetMethods(BindingFlags.Public | BindingFlags.Static)
            .Where(method => method.ReturnType == typeof(Problem) && method.Name != nameof(Problems.Of))
            .Select(method => (Problem)method.Invoke(null, [.. method.GetParameters().Select(parameter => parameter.ParameterType == typeof(string) ? "x" : Activator.CreateInstance(parameter.ParameterType))])!)
            .Where(problem => problem.Code != OfRouting);
        Assert.All(problems, problem => Assert.Contains((problem.Status, problem.Code), promised));
    }

    [Fact]
    public async Task ABodyThatDoesNotComeIsATimeout()
    {
        var rows = Rows().Where(row => row.Code == SlowBody).ToList();
        Assert.NotEmpty(rows);
        var answers = await Task.WhenAll(rows.Select(async row =>
        {
            var request = await ValidRequest.OfAsync(row.Surface, row.Operation, new TestCaller(Rig, ApiRig.NewNumber()));
            return (Row: row, Answer: await SendHalfAsync(row, request));
        }));
        Assert.All(answers, sent =>
        {
            Assert.StartsWith("HTTP/1.1 408 ", sent.Answer, StringComparison.Ordinal);
            Assert.Contains("\"code\":\"TIMEOUT\"", sent.Answer, StringComparison.Ordinal);
        });
    }

    private IEnumerable<ErrorRow> Rows() =>
        from surface in Rig.Services.GetRequiredService<AllSurfaces>().List
        from operation in surface.Operations
        from error in CommonErrors.AndOwn(operation)
        from code in error.Codes
        select new ErrorRow(surface, operation, error.Status, code);

    /// <summary>The head of a request and the first byte of its body; what comes back until the server closes.</summary>
    private async Task<string> SendHalfAsync(ErrorRow row, ValidRequest request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(Rig.Address.Host, Rig.Address.Port);
        var stream = client.GetStream();
        var headers = string.Concat(row.Operation.Parameters.Where(parameter => parameter.In == ParameterPlace.Header).Select(parameter => $"{parameter.Name}: {request.Ids["registrationId"]}\r\n"));
        var head = $"{row.Operation.Method} {request.Path} HTTP/1.1\r\nHost: {Rig.Address.Authority}\r\nAuthorization: {request.Authorization}\r\n{headers}"
            + "Content-Type: application/json\r\nContent-Length: 100\r\nConnection: close\r\n\r\n{";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head));
        using var answer = new MemoryStream();
        await stream.CopyToAsync(answer);
        return Encoding.UTF8.GetString(answer.ToArray());
    }
}
